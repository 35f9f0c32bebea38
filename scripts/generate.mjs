// Turns proto/bridle/v1/*.proto into src/protocol/generated/ (protobufjs static code, so that no schema is read at run time).
// Usage: node scripts/generate.mjs [--check]; with --check it writes nothing and exits 1 when the committed code is not current.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const protos = join(root, 'proto', 'bridle', 'v1');
const generated = join(root, 'src', 'protocol', 'generated');
const names = ['control.js', 'control.d.ts'];
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

/** @param {string} folder */
function generateInto(folder) {
  const [code, declarations] = names.map((name) => join(folder, name));
  const files = readdirSync(protos)
    .sort()
    .map((name) => join(protos, name));
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
  generateInto(temporary);
  for (const name of names) {
    const fresh = readFileSync(join(temporary, name), 'utf8');
    if (!isCheck) {
      writeFileSync(join(generated, name), fresh);
    } else if (fresh !== readFileSync(join(generated, name), 'utf8')) {
      console.error(`src/protocol/generated/${name} is not what proto/ gives; run: npm run generate`);
      process.exitCode = 1;
    }
  }
} finally {
  rmSync(temporary, { recursive: true });
}
