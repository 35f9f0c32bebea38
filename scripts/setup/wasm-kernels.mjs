// native/ compiled to WebAssembly with SIMD, and what the committed module was made of.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { lastLines, run } from './shell.mjs';
import { zigPath, zigWheel } from './zig.mjs';

/** Contraction off, as for the native kernels. A reactor: a library, without main. */
const flags = [
  ...['-target', 'wasm32-wasi', '-msimd128', '-mexec-model=reactor', '-std=c++17', '-O3', '-ffp-contract=off'],
  ...['-fno-exceptions', '-fno-rtti', '-fvisibility=hidden', '-Wall', '-Wextra', '-DBRIDLE_KERNELS=simd128'],
  ...['-Wl,--export=__stack_pointer', '-s'],
];

/** @param {string} root */
function listSources(root) {
  return readdirSync(join(root, 'native'))
    .filter((name) => /\.(cc|h)$/.test(name) && !/^(addon|checksum|pages)\./.test(name))
    .sort();
}

/**
 * The SHA-256 of everything that the module's bytes depend on.
 * @param {string} root
 */
export function stampWasmSources(root) {
  const hash = createHash('sha256').update(JSON.stringify([flags, zigWheel.version]));
  for (const name of listSources(root)) hash.update(`${name}\n`).update(readFileSync(join(root, 'native', name)));
  return hash.digest('hex');
}

/**
 * Compiles the module to `output`; zig must be there.
 * @param {string} root
 * @param {string} output
 * @returns {string | undefined} what went wrong
 */
export function compileWasm(root, output) {
  const cache = join(root, '.bridle', 'zig', 'cache');
  const sources = listSources(root).filter((name) => name.endsWith('.cc'));
  const paths = sources.map((name) => join('native', name));
  const { status, output: story } = run(zigPath(root), ['c++', ...flags, ...paths, '-o', output], {
    cwd: root,
    env: { ZIG_GLOBAL_CACHE_DIR: cache, ZIG_LOCAL_CACHE_DIR: cache },
  });
  return status === 0 ? undefined : `zig failed:\n${lastLines(story, 12)}`;
}
