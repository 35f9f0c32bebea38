// Turns proto/ into static code of protobufjs, so that no schema is read at run time: the control protocol into
// src/protocol/generated/, what a recorded step is written as into src/backend/generated/. And kernels/ (AssemblyScript) into
// WebAssembly with SIMD, src/tensor/generated/.
// Usage: node scripts/generate.mjs [--check]; with --check it writes nothing and exits 1 when the committed code is not current.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const targets = [
  { from: 'proto/bridle/v1', into: 'src/protocol/generated', name: 'control' },
  { from: 'proto/onnx', into: 'src/formats/generated', name: 'onnx' },
  { from: 'proto/tensorflow', into: 'src/backend/generated', name: 'graph' },
];
const isCheck = process.argv.includes('--check');

/**
 * @param {string} path a program in node_modules
 * @param {string[]} args
 */
function runTool(path, args) {
  const command = [join(root, 'node_modules', path), ...args];
  const { status, stderr } = spawnSync(process.execPath, command, { cwd: root, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${path} failed:\n${stderr}`);
}

/**
 * @param {string} from folder of the .proto files
 * @param {string} code
 * @param {string} declarations
 */
function generate(from, code, declarations) {
  const files = readdirSync(join(root, from))
    .sort()
    .map((file) => join(root, from, file));
  const wanted = ['--force-number', '--dependency', 'protobufjs/minimal.js'];
  const unwanted = ['--no-delimited', '--no-typeurl', '--no-verify', '--no-convert'];
  const kind = ['-t', 'static-module', '-w', 'esm'];
  runTool('protobufjs-cli/bin/pbjs', [...kind, ...wanted, ...unwanted, '-o', code, ...files]);
  runTool('protobufjs-cli/bin/pbts', ['-o', declarations, code]);
  // pbts names the whole library; the code needs its minimal part, and Node finds that only with its ending.
  const text = readFileSync(declarations, 'utf8').replace('from "protobufjs"', 'from "protobufjs/minimal.js"');
  writeFileSync(declarations, text);
}

/** @param {string} code */
function generateKernels(code) {
  const wasm = `${code}.wasm`;
  const memory = ['--importMemory', '--sharedMemory', '--initialMemory', '1', '--maximumMemory', '65536'];
  // Kernels hand vectors of four values to each other only, never to JavaScript: asc's warning about that is not for them.
  const style = ['-O3', '--noAssert', '--runtime', 'stub', '--enable', 'simd,threads', '--disableWarning', '112'];
  runTool('assemblyscript/bin/asc.js', ['kernels/index.ts', '-o', wasm, ...memory, ...style]);
  const base64 = readFileSync(wasm).toString('base64');
  const comment = '// kernels/ as WebAssembly, in base64: a browser can read no file. Made by scripts/generate.mjs.';
  writeFileSync(code, `${comment}\nexport const kernelsBase64 =\n  '${base64}';\n`);
}

/**
 * Puts a fresh file in its place, or compares it with what is there.
 * @param {string} file
 * @param {string} into
 * @param {string} source
 */
function place(file, into, source) {
  const fresh = readFileSync(join(temporary, file), 'utf8');
  const path = join(root, into, file);
  if (!isCheck) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, fresh);
  } else if (fresh !== readFileSync(path, 'utf8')) {
    console.error(`${into}/${file} is not what ${source}/ gives; run: npm run generate`);
    process.exitCode = 1;
  }
}

const temporary = mkdtempSync(join(tmpdir(), 'bridle-generate-'));
try {
  for (const { from, into, name } of targets) {
    const names = [`${name}.js`, `${name}.d.ts`];
    const [code, declarations] = names.map((file) => join(temporary, file));
    generate(from, code, declarations);
    for (const file of names) place(file, into, 'proto');
  }
  generateKernels(join(temporary, 'kernels.ts'));
  place('kernels.ts', 'src/tensor/generated', 'kernels');
} finally {
  rmSync(temporary, { recursive: true });
}
