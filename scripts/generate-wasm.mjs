// Turns native/ into src/native/generated/kernels-module.ts: the kernels as WebAssembly, in base64, since a browser and Node can
// both import that. Fetches its compiler into .bridle/zig when it is not there (Linux x86_64).
// Usage: node scripts/generate-wasm.mjs [--check]; with --check it writes nothing and exits 1 when the committed module is not
// what the sources give. Where the compiler is missing and this is not CI, the check is of the sources' hash alone, and says so.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { say, withTemporaryFolder } from './setup/shell.mjs';
import { compileWasm, stampWasmSources } from './setup/wasm-kernels.mjs';
import { fetchZig, zigPath } from './setup/zig.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const generated = join(root, 'src', 'native', 'generated', 'kernels-module.ts');
const isCheck = process.argv.includes('--check');

/** @param {string} problem */
function fail(problem) {
  console.error(problem);
  process.exitCode = 1;
}

function generate() {
  const missing = fetchZig(root);
  if (missing !== undefined) return fail(`The compiler zig is not there: ${missing}`);
  return withTemporaryFolder(root, (temporary) => {
    const file = join(temporary, 'kernels.wasm');
    const problem = compileWasm(root, file);
    if (problem !== undefined) return fail(problem);
    const code = formatModule(readFileSync(file));
    if (!isCheck) {
      mkdirSync(dirname(generated), { recursive: true });
      return writeFileSync(generated, code);
    }
    return code === readCommitted() ? undefined : fail(isStale);
  });
}

const isStale = 'src/native/generated/kernels-module.ts is not what native/ gives; run: npm run generate:wasm';

function readCommitted() {
  return existsSync(generated) ? readFileSync(generated, 'utf8') : '';
}

/** @param {Buffer} module */
function formatModule(module) {
  return `// The kernels of native/ as WebAssembly, written by scripts/generate-wasm.mjs: do not edit.

/** The SHA-256 of the sources, the compiler's version and its flags. */
export const kernelsStamp = '${stampWasmSources(root)}';

export const kernelsModule =
  '${module.toString('base64')}';
`;
}

if (isCheck && !existsSync(zigPath(root)) && process.env.CI !== 'true') {
  say(
    'left out: compiling the WebAssembly kernels again; zig is not in .bridle/zig (npm run generate:wasm fetches it)',
  );
  if (!readCommitted().includes(stampWasmSources(root))) fail(isStale);
} else {
  generate();
}
