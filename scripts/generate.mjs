// Turns proto/ into static code of protobufjs, so that no schema is read at run time: the control protocol into
// src/protocol/generated/, what a recorded step is written as into src/backend/generated/.
// Usage: node scripts/generate.mjs [--check]; with --check it writes nothing and exits 1 when the committed code is not current.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const targets = [
  { from: 'proto/bridle/v1', into: 'src/protocol/generated', name: 'control' },
  { from: 'proto/tensorflow', into: 'src/backend/generated', name: 'graph' },
];
const isCheck = process.argv.includes('--check');

/**
 * @param {string} tool
 * @param {string[]} args
 */
function runTool(tool, args) {
  const path = createRequire(import.meta.url).resolve(`protobufjs-cli/bin/${tool}`);
  const { status, stderr } = spawnSync(process.execPath, [path, ...args], { cwd: root, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${tool} failed:\n${stderr}`);
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
  runTool('pbjs', ['-t', 'static-module', '-w', 'esm', ...wanted, ...unwanted, '-o', code, ...files]);
  runTool('pbts', ['-o', declarations, code]);
  // pbts names the whole library; the code needs its minimal part, and Node finds that only with its ending.
  const text = readFileSync(declarations, 'utf8').replace('from "protobufjs"', 'from "protobufjs/minimal.js"');
  writeFileSync(declarations, text);
}

const temporary = mkdtempSync(join(tmpdir(), 'bridle-generate-'));
try {
  for (const { from, into, name } of targets) {
    const names = [`${name}.js`, `${name}.d.ts`];
    const [code, declarations] = names.map((file) => join(temporary, file));
    generate(from, code, declarations);
    for (const file of names) {
      const fresh = readFileSync(join(temporary, file), 'utf8');
      const path = join(root, into, file);
      if (!isCheck) {
        mkdirSync(dirname(path), { recursive: true });
        writeFileSync(path, fresh);
      } else if (fresh !== readFileSync(path, 'utf8')) {
        console.error(`${into}/${file} is not what proto/ gives; run: npm run generate`);
        process.exitCode = 1;
      }
    }
  }
} finally {
  rmSync(temporary, { recursive: true });
}
