// Holds src/ to the rooms of docs/architecture.md: who may import whom, what must run in a browser, no cycles.
// Usage: node scripts/check-imports.mjs; prints one line a violation and exits 1 if there is any.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix, sep } from 'node:path';
import { argv } from 'node:process';
import { fileURLToPath } from 'node:url';

/** Floors from the ground up: a room imports from lower floors, and types from its own. */
const floors = [
  ['errors'],
  ['tensor', 'random', 'records', 'metrics', 'modules'],
  ['protocol', 'params', 'optim', 'collective', 'data', 'report'],
  ['model', 'native', 'replay', 'backend', 'checkpoint', 'formats', 'transport', 'own-model'],
  ['coordinator', 'worker'],
  ['launch', 'inference', 'loadtest'],
  ['config'],
  ['library', 'bench'],
  ['lab', 'estimate'],
  ['cli', 'index'],
];

/** Rooms and inner rooms that run in a browser, or under a simulated network: no `node:` imports, no Buffer. */
const browserRooms = [
  ...[
    'errors',
    'tensor',
    'random',
    'records',
    'metrics',
    'protocol',
    'params',
    'optim',
    'collective',
    'model',
    'native',
    'formats',
    'replay',
  ],
  ...['coordinator/core', 'worker/core'],
];

/** @typedef {{ from: string, target: string, isType: boolean }} Import */

/**
 * Lists what breaks the rules, one line each.
 * @param {ReadonlyMap<string, string>} files paths relative to src/ with `/`, and their text
 * @returns {string[]}
 */
export function checkImports(files) {
  const violations = [];
  /** @type {Map<string, string[]>} */
  const graph = new Map();
  for (const [path, text] of files) {
    const code = withoutComments(text);
    const imports = findImports(path, code);
    violations.push(...imports.flatMap(findViolation), ...checkRoom(path, code));
    const values = imports.filter(({ isType, target }) => !isType && target.startsWith('/'));
    graph.set(path, [...values.map(({ target }) => target.slice(1).replace(/\.js$/, '.ts'))]);
  }
  return [...violations, ...findCycles(graph)];
}

/**
 * Finds static, dynamic and type imports; a relative target becomes `/room/file.js`, another stays as it is.
 * @param {string} path
 * @param {string} code
 * @returns {Import[]}
 */
function findImports(path, code) {
  const patterns = [
    /^\s*(?:import|export)\s+(?<type>type\s)?[^'";]*?\bfrom\s*'(?<target>[^']+)'/gm,
    /^\s*import\s*'(?<target>[^']+)'/gm,
    /(?<type>typeof\s+|:\s*)?\b(?:import|require)\(\s*'(?<target>[^']+)'\s*\)/g,
  ];
  return patterns.flatMap((pattern) =>
    Array.from(code.matchAll(pattern), ({ groups }) => {
      const target = groups?.['target'] ?? '';
      const resolved = target.startsWith('.') ? posix.join('/', posix.dirname(path), target) : target;
      return { from: path, target: resolved, isType: groups?.['type'] !== undefined };
    }),
  );
}

/**
 * @param {Import} found
 * @returns {string[]}
 */
function findViolation({ from, target, isType }) {
  const room = roomOf(from);
  const wrong = (/** @type {string} */ reason) => [`src/${from}: imports ${target.replace(/^\//, '')}: ${reason}`];
  if (!target.startsWith('/')) {
    if (target === 'ws' && room !== 'transport') return wrong('only the room transport knows ws');
    if (target.startsWith('@tensorflow/') && !isType && room !== 'backend') {
      return wrong('only the room backend loads tfjs, when it is asked to; elsewhere use `import type`');
    }
    if (target.startsWith('node:') && isBrowserFile(from)) return wrong('this room runs in a browser too');
    return [];
  }
  const other = roomOf(target.slice(1));
  if (other === 'index') return wrong('nothing inside imports the public face');
  if (room === other) return [];
  if (isPair(room, other, 'coordinator', 'worker')) return wrong('coordinator and worker never import each other');
  const [own, theirs] = [floorOf(room), floorOf(other)];
  if (own < 0 || theirs < 0) return [];
  if (theirs > own) return wrong(`${other} is on a higher floor than ${room}`);
  if (theirs === own && !isType) return wrong(`${other} is on the same floor as ${room}; only types may be imported`);
  return [];
}

/**
 * @param {string} path
 * @param {string} code
 * @returns {string[]}
 */
function checkRoom(path, code) {
  const violations = [];
  if (floorOf(roomOf(path)) < 0)
    violations.push(`src/${path}: the room ${roomOf(path)} has no floor; give it one here`);
  if (isBrowserFile(path) && /\bBuffer\b/.test(code)) {
    violations.push(`src/${path}: uses Buffer, but this room runs in a browser too`);
  }
  return violations;
}

/**
 * Names each cycle of value imports once, by walking the graph depth first.
 * @param {ReadonlyMap<string, readonly string[]>} graph
 * @returns {string[]}
 */
function findCycles(graph) {
  const finished = new Set();
  /** @type {string[]} */
  const cycles = [];
  /** @type {string[]} */
  const trail = [];
  const visit = (/** @type {string} */ path) => {
    const start = trail.indexOf(path);
    if (start >= 0)
      cycles.push(`import cycle: ${[...trail.slice(start), path].map((step) => `src/${step}`).join(' -> ')}`);
    if (start >= 0 || finished.has(path)) return;
    trail.push(path);
    for (const target of graph.get(path) ?? []) visit(target);
    trail.pop();
    finished.add(path);
  };
  for (const path of graph.keys()) visit(path);
  return cycles;
}

/** @param {string} path `optim/adam.ts` is of the room optim, `errors.ts` of the room errors */
function roomOf(path) {
  return (path.split('/')[0] ?? '').replace(/\.(ts|js)$/, '');
}

/** @param {string} room */
function floorOf(room) {
  return floors.findIndex((rooms) => rooms.includes(room));
}

/** @param {string} path */
function isBrowserFile(path) {
  return browserRooms.some((room) => room === roomOf(path) || path.startsWith(`${room}/`));
}

/** @param {string[]} rooms */
function isPair(...rooms) {
  const [one, other, ...pair] = rooms;
  return one !== other && pair.includes(one ?? '') && pair.includes(other ?? '');
}

/** @param {string} text */
function withoutComments(text) {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$|\s\/\/ .*$/gm, '');
}

/** Reads all sources but generated ones. */
function readSources() {
  const src = join(dirname(dirname(fileURLToPath(import.meta.url))), 'src');
  const entries = readdirSync(src, { recursive: true, encoding: 'utf8' });
  const paths = entries.filter((path) => path.endsWith('.ts') && !path.endsWith('.d.ts')).sort();
  return new Map(paths.map((path) => [path.split(sep).join('/'), readFileSync(join(src, path), 'utf8')]));
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  const violations = checkImports(readSources());
  for (const violation of violations) console.error(violation);
  if (violations.length > 0) process.exitCode = 1;
}
