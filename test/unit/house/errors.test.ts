// docs/errors.md and the source hold each other: no code without a row, no row without a code, the same classes and exit codes.
import { readdirSync, readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { exitMeanings } from '../../../src/cli/overview.js';
import {
  CheckpointError,
  ConfigError,
  exitCodes,
  NumericalError,
  ProtocolError,
  TransportError,
} from '../../../src/errors.js';

const root = resolve(import.meta.dirname, '../../..');
const page = readFileSync(join(root, 'docs', 'errors.md'), 'utf8');

const word = /'([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*)'/g;
/** Words in capitals that are no codes of ours: of the system, of Node, of variables, placeholders, formats. */
const otherWords = new Set([
  ...[...Object.keys(constants.errno), ...Object.keys(constants.signals), 'MODULE_NOT_FOUND', 'DUPLICATE_KEY'],
  ...['DIR', 'FILE', 'TEXT', 'N', 'NAME', 'URL', 'X', 'SHA256', 'JSON', 'F32', 'PROD', 'T', 'LSTM', 'GRU', 'RNN'],
]);
const otherPrefixes = /^(BRIDLE|CUDA|LD|NVIDIA|TF(?!_LOADED)|VK|WASM|WEBGPU)_/;
/** Exit codes by class; BridleError itself carries its own. */
const exitOfClass: Readonly<Record<string, number>> = Object.fromEntries(
  [ConfigError, ProtocolError, TransportError, NumericalError, CheckpointError].map((Class) => {
    const error = new Class('ANY', 'any');
    return [error.name, error.exitCode];
  }),
);

interface Row {
  readonly code: string;
  readonly classes: readonly string[];
  readonly exit: string;
}

/** Reads the table rows of the page that begin with a code. */
function readRows(text: string): Row[] {
  const rows = text.split('\n').map((line) => line.split('|').map((cell) => cell.trim()));
  return rows.flatMap(([, code = '', classes = '', exit = '']) => {
    const found = /^`([A-Z0-9_]+)`$/.exec(code)?.[1];
    return found === undefined ? [] : [{ code: found, classes: classes.match(/\w+/g) ?? [], exit }];
  });
}

function readSources(): string {
  const paths = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' });
  const own = paths.filter((path) => path.endsWith('.ts') && !path.includes('generated'));
  const texts = own.map((path) => readFileSync(join(root, 'src', path), 'utf8'));
  return texts.join('\n').replace(/\/\*[\s\S]*?\*\/|(^|\s)\/\/ .*$/gm, '');
}

const rows = readRows(page);
const source = readSources();
const codesInSource = new Set(
  Array.from(source.matchAll(word), ([, code = '']) => code).filter(
    (code) => !otherWords.has(code) && !otherPrefixes.test(code),
  ),
);

describe('docs/errors.md', () => {
  it('has a row for every code in the source', () => {
    const known = new Set(rows.map(({ code }) => code));
    const missing = [...codesInSource].filter((code) => !known.has(code));
    expect(missing, 'add them to docs/errors.md, or to otherWords here when they are no codes').toEqual([]);
  });

  it('has no row for a code that the source does not have, and none twice', () => {
    const codes = rows.map(({ code }) => code);
    expect(codes.filter((code) => !codesInSource.has(code))).toEqual([]);
    expect(codes.filter((code, index) => codes.indexOf(code) !== index)).toEqual([]);
  });

  it('names the class of every error that is made with its code', () => {
    const made = Array.from(source.matchAll(/new (\w+Error)\(\s*'([A-Z0-9_]+)'/g), ([, name, code]) => ({
      name,
      code,
    }));
    expect(made.length).toBeGreaterThan(80);
    for (const { name, code } of made) {
      expect(rows.find((row) => row.code === code)?.classes, code).toContain(name);
    }
  });

  it('gives each code the exit code of its class', () => {
    for (const { code, classes, exit } of rows) {
      const [first = ''] = classes;
      const wanted = exitOfClass[first];
      if (wanted !== undefined) expect(exit, code).toBe(String(wanted));
      if (first === 'close' || first === 'warning') expect(exit, code).toBe('');
    }
  });

  it('lists the exit codes of src/errors.ts, and the help texts list the same', () => {
    const inPage = Object.fromEntries(
      Array.from(page.matchAll(/^\| (\d+) +\| `(\w+)`/gm), ([, exit, name = '']) => [name, Number(exit)]),
    );
    expect(inPage).toEqual(exitCodes);
    const inHelp = exitMeanings.map(([exit]) => exit);
    expect(inHelp).toEqual([...Object.values(exitCodes).map(String), '130, 143']);
  });
});

it('reads code, classes and exit code of a row, and no heading', () => {
  expect(readRows('| `A_CODE` | `ConfigError`, `warning` | 2 | when | what |\n| code | class |')).toEqual([
    { code: 'A_CODE', classes: ['ConfigError', 'warning'], exit: '2' },
  ]);
});
