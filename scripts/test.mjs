// `npm test`: sets the checkout up, then runs everything that proves the tree, cheapest first. One line a stage; what failed is
// shown below its line; the last line counts: `N passed, N failed`. A check counts as one test.
// Usage: node scripts/test.mjs [--full]; with --full the tests see BRIDLE_FULL=1 and run their whole matrices.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installTestTools } from './setup/test-tools.mjs';

/** @typedef {{ passed: number, failed: number, skipped: number, story: string }} Outcome */

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const env = { ...process.env, ...(process.argv.includes('--full') && { BRIDLE_FULL: '1' }) };
const packageTest = 'test/integration/package.test.ts';
/** Integration tests that neither measure nor limit time, memory or the machine's shared folders: several at a time. */
const together = [
  'backend capture cells checkpoint-crash checkpoint-disk checkpoint-pytorch data-module diagnose examples export fingerprint',
  'from-pytorch lab library model-captured model-native model-tensorflow model-wasm non-finite normalisation one-digest own-data',
  'own-model pages plateau reproduce spikes use-of-model webgpu wire-dtypes',
].flatMap((names) => names.split(' ').map((name) => `test/integration/${name}.test.ts`));

/** @type {[string, () => Outcome][]} */
const stages = [
  ['generated code', () => check('scripts/generate.mjs', '--check')],
  ['generated WebAssembly', () => check('scripts/generate-wasm.mjs', '--check')],
  ['format', () => check('node_modules/prettier/bin/prettier.cjs', '--check', '--log-level', 'warn', '.')],
  ['lint', () => check('node_modules/oxlint/bin/oxlint', '--type-aware', '--deny-warnings')],
  ['types', () => check('node_modules/typescript/bin/tsc', '--noEmit', '-p', 'tsconfig.json')],
  ['imports', () => check('scripts/check-imports.mjs')],
  ['kernels, sanitized', () => check('scripts/sanitize-native.mjs')],
  ['kernels on arm64', () => check('scripts/emulate-arm64.mjs')],
  ['unit and property', () => vitest('--project', 'unit', '--project', 'mocked')],
  ['sweep', () => vitest('--project', 'sweep')],
  ['integration', () => vitest('--project', 'integration', '--fileParallelism=true', ...together)],
  ['integration, one by one', () => vitest('--project', 'integration', ...leftOut(packageTest, ...together))],
  ['package', () => vitest('--project', 'integration', packageTest)],
];

/**
 * Runs one of Node's programs to its end.
 * @param {string[]} args
 */
function node(...args) {
  const options = { cwd: root, env, encoding: /** @type {const} */ ('utf8'), maxBuffer: 256 * 1024 * 1024 };
  const { status, stdout, stderr, error } = spawnSync(process.execPath, args, options);
  return { isGood: status === 0, output: `${stdout ?? ''}${stderr ?? ''}${error?.message ?? ''}` };
}

/** @param {string[]} files */
const leftOut = (...files) => files.flatMap((file) => ['--exclude', file]);

/**
 * @param {string[]} args
 * @returns {Outcome}
 */
function check(...args) {
  const { isGood, output } = node(...args);
  return { passed: Number(isGood), failed: Number(!isGood), skipped: 0, story: isGood ? '' : output };
}

/**
 * @param {string[]} args
 * @returns {Outcome}
 */
function vitest(...args) {
  const folder = mkdtempSync(join(tmpdir(), 'bridle-test-'));
  try {
    const report = join(folder, 'report.json');
    const reporting = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
    const { isGood, output } = node('node_modules/vitest/vitest.mjs', 'run', ...args, ...reporting);
    if (!existsSync(report)) return { passed: 0, failed: 1, skipped: 0, story: output };
    return readReport(JSON.parse(readFileSync(report, 'utf8')), isGood, output);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/**
 * Counts a report of vitest. A file that did not load, or an error outside of any test, is one failure.
 * @param {any} report
 * @param {boolean} isGood
 * @param {string} output
 * @returns {Outcome}
 */
function readReport(report, isGood, output) {
  const unloaded = report.testResults.filter(
    (/** @type {any} */ file) =>
      file.status === 'failed' && !file.assertionResults.some((/** @type {any} */ test) => test.status === 'failed'),
  );
  const counted = report.numFailedTests + unloaded.length;
  const failed = counted === 0 && !isGood ? 1 : counted;
  const skipped = report.numPendingTests + report.numTodoTests;
  return { passed: report.numPassedTests, failed, skipped, story: failed > 0 ? output : '' };
}

/** @param {Outcome} total */
function finish(total) {
  const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : '';
  console.log(`${total.passed} passed, ${total.failed} failed${skipped}`);
  if (total.failed > 0) process.exitCode = 1;
}

const setup = spawnSync(process.execPath, ['scripts/setup.mjs', '--tensorflow', '--if-needed'], {
  cwd: root,
  env,
  stdio: 'inherit',
});
if (setup.status !== 0) {
  console.log('set-up failed; nothing else can run');
  finish({ passed: 0, failed: 1, skipped: 0, story: '' });
} else {
  installTestTools(root);
  const total = { passed: 0, failed: 0, skipped: 0, story: '' };
  for (const [name, run] of stages) {
    process.stdout.write(`${name} ... `);
    const start = performance.now();
    const { passed, failed, skipped, story } = run();
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    const extras = `${failed > 0 ? `, ${failed} FAILED` : ''}${skipped > 0 ? `, ${skipped} skipped` : ''}`;
    console.log(`${passed} passed${extras} (${seconds} s)`);
    if (story !== '') console.log(story.trimEnd());
    total.passed += passed;
    total.failed += failed;
    total.skipped += skipped;
  }
  finish(total);
}
