// Models of the user's own through real processes: the example of docs/own-model.md, a tf.LayersModel, and what is refused.
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { BridleProcess, endAll } from './support/bridle-process.js';
import { tempFolder } from './support/temp-folder.js';

const root = resolve(import.meta.dirname, '../..');
const folder = tempFolder();
const page = readFileSync(join(root, 'docs', 'own-model.md'), 'utf8');
afterEach(endAll);

const around = ['--listen', '127.0.0.1:0', '--json', '--out', folder];
const wasm = ['--backend', 'wasm'];

/** The words after `npx bridle` of the page's first command, without its workers. */
function commandOfPage(): string[] {
  const line = /^```sh\n(.*)\n```/m.exec(page)?.[1] ?? '';
  const words = line.split(/\s+/);
  expect(words.slice(0, 2)).toEqual(['npx', 'bridle']);
  return words
    .slice(2)
    .join(' ')
    .replace(/ --workers \d+/, '')
    .split(' ');
}

function write(name: string, text: string): string {
  const path = join(folder, name);
  mkdirSync(resolve(path, '..'), { recursive: true });
  writeFileSync(path, text);
  return path;
}

const linear = (loss: string, first = ''): string => `${first}
export default {
  params: ({ inputs, targets }) => ({ weight: { shape: [inputs.features, targets.size] } }),
  lossAndCounts({ tf, params, batch }) {
    const outputs = tf.matMul(tf.mean(batch.inputs, 1), params.weight);
    const losses = tf.sum(tf.square(tf.sub(outputs, batch.targets)), 1);
    return { loss: ${loss} };
  },
};`;
const sum = 'tf.sum(tf.mul(losses, batch.targetMask))';
const small = '--data adding --data-length 6 --data-examples 64 --global-batch 16 --shards 4 --steps 8'.split(' ');

function train(...args: string[]): BridleProcess {
  return new BridleProcess(['train', ...small, ...args, ...around], { cwd: root });
}

describe('the example of docs/own-model.md', () => {
  it('gives the same digest for one worker and for three of which one is killed', async () => {
    const run = (workers: number): BridleProcess =>
      new BridleProcess(
        [...commandOfPage(), ...around, ...wasm, '--workers', String(workers), '--min-workers', String(workers)],
        { cwd: root },
      );
    const alone = await run(1).done();
    const three = run(3);
    await three.event('committed');
    process.kill(three.workers()[0]!, 'SIGKILL');
    await three.event('worker-lost');
    expect((await three.done()).digest).toBe(alone.digest);
  });
});

describe('a module of the user', () => {
  it('is captured on tensorflow, with the same digest for one worker and two', async () => {
    const path = write('linear.mjs', linear(sum));
    const run = (workers: string): BridleProcess =>
      train('--model', path, '--backend', 'tensorflow', '--workers', workers, '--min-workers', workers);
    const alone = run('1');
    const { digest } = await alone.done();
    expect((await alone.event('started')).execution).toBe('captured');
    expect((await run('2').done()).digest).toBe(digest);
  });

  it('is refused on a worker whose files differ, by the name of the file', async () => {
    const text = linear(sum, "import './part.mjs';");
    const [here, there] = [write('here/model.mjs', text), write('there/model.mjs', text)];
    write('here/part.mjs', 'export const a = 1;');
    write('there/part.mjs', 'export const a = 2;');
    const coordinator = new BridleProcess(['coordinator', ...small, ...around, '--model', here], { cwd: folder });
    const { urls } = await coordinator.event('listening');
    const worker = new BridleProcess(
      ['worker', '--join', urls[0]!, '--workers', '1', '--backend', 'wasm', '--model', there, '--json'],
      { cwd: folder },
    );
    expect((await worker.exit()).code).toBe(2);
    expect(worker.stderr).toMatch(/MODEL_MISMATCH.*its file part\.mjs differs from the coordinator's model\.mjs/);
  });

  it.each([
    [
      'throws',
      linear('tf.nothing(losses)'),
      2,
      /MODEL_CODE.*TypeError: tf\.nothing is not a function \(.*throws\.mjs:7:/,
    ],
    ['is not finite', linear(`tf.mul(${sum}, tf.log(tf.scalar(-1)))`), 4, /gradient of weight is not finite/],
    ['has a syntax error', `export default {\n  params: {,\n};`, 2, /MODULE_SYNTAX.*syntax-error\.mjs:2: SyntaxError/],
  ])('that %s ends the run with its code and the place', async (what, text, code, message) => {
    const path = write(`${what.replace(/ /g, '-').replace(/^has-a-/, '')}.mjs`, text);
    const run = train('--model', path, '--workers', '1', '--backend', 'wasm');
    expect((await run.exit()).code).toBe(code);
    expect(run.stderr).toMatch(message);
  });

  it.each([
    ['reads a value', 'losses.dataSync()[0] > 1e9 ? tf.scalar(0) : '],
    ['draws by Math.random', 'Math.random() > 1 ? tf.scalar(0) : tf.add(tf.scalar(Math.random()), '],
  ])('that %s cannot be one graph: it is refused on tensorflow with the way out', async (what, before) => {
    const loss = `${before}${sum}${before.endsWith(', ') ? ')' : ''}`;
    const path = write(`${what.replace(/\W/g, '-')}.mjs`, linear(loss));
    const captured = train('--model', path, '--workers', '1', '--backend', 'tensorflow');
    expect((await captured.exit()).code).toBe(2);
    expect(captured.stderr).toMatch(/CAPTURE_REFUSED.*--execution eager/);
  });

  it('that has changed is missed when its run is resumed, by the name of the file', async () => {
    const path = write('changing.mjs', linear(sum));
    const { runDir } = await train('--model', path, '--workers', '1', '--steps', '2', ...wasm).done();
    write('changing.mjs', linear(`tf.mul(2, ${sum})`));
    const resumed = new BridleProcess(['train', '--resume', runDir, '--steps', '4', '--json'], { cwd: root });
    expect((await resumed.exit()).code).toBe(2);
    expect(resumed.stderr).toMatch(/MODEL_MISMATCH.*changing\.mjs has changed/);
  });

  it('is wanted of a worker in its own run, and of none in another', async () => {
    const path = write('linear.mjs', linear(sum));
    for (const [code, ofCoordinator, ofWorker] of [
      ['MODEL_MISSING', ['--model', path], []],
      ['MODEL_UNEXPECTED', [], ['--model', path]],
    ] as const) {
      const coordinator = new BridleProcess(
        ['coordinator', ...small, ...around, '--allow-mixed-kernels', ...ofCoordinator],
        { cwd: folder },
      );
      const { urls } = await coordinator.event('listening');
      const joining = ['worker', '--join', urls[0]!, '--workers', '1', ...wasm, ...ofWorker, '--json'];
      const worker = new BridleProcess(joining, { cwd: folder });
      expect((await worker.exit()).code).toBe(2);
      expect(worker.stderr).toContain(code);
      coordinator.child.kill('SIGKILL');
    }
  });

  it('is refused when it imports another copy of tfjs, which is named', async () => {
    const core = join('node_modules', '@tensorflow', 'tfjs-core');
    mkdirSync(join(folder, core, 'dist'), { recursive: true });
    for (const file of ['package.json', 'dist/tf-core.node.js'])
      copyFileSync(join(root, core, file), join(folder, core, file));
    const path = write('twice.mjs', linear(sum, "import '@tensorflow/tfjs-core';"));
    const run = train('--model', path, '--workers', '1', '--backend', 'wasm');
    expect((await run.exit()).code).toBe(2);
    expect(run.stderr).toMatch(/TF_LOADED_TWICE.*twice\.mjs imports another copy of tfjs \(.*tfjs-core/);
  });
});

describe('a tf.LayersModel', () => {
  it('trains from its own weights with the same digest for one worker and two, and resumes', async () => {
    const script = write(
      'make.cjs',
      `const tf = require(${JSON.stringify(join(root, 'node_modules', '@tensorflow', 'tfjs'))});
const { writeFileSync } = require('node:fs');
const layers = [tf.layers.lstm({ units: 6, inputShape: [null, 2] }), tf.layers.dropout({ rate: 0.2 }), tf.layers.dense({ units: 1 })];
tf.sequential({ layers }).save(tf.io.withSaveHandler(async ({ modelTopology, weightSpecs, weightData }) => {
  writeFileSync('weights.bin', Buffer.from(weightData));
  writeFileSync('model.json', JSON.stringify({ modelTopology, weightsManifest: [{ paths: ['weights.bin'], weights: weightSpecs }] }));
}));`,
    );
    execFileSync(process.execPath, [script], { cwd: folder, stdio: 'ignore' });
    const model = ['--model', join(folder, 'model.json'), '--backend', 'wasm'];
    const alone = await train(...model, '--workers', '1').done();
    const two = train(...model, '--workers', '2', '--min-workers', '2', '--steps', '5');
    const { runDir } = await two.done();
    const resumed = new BridleProcess(
      ['train', '--resume', runDir, '--steps', '8', '--workers', '2', '--json', '--listen', '127.0.0.1:0'],
      {
        cwd: root,
      },
    );
    expect((await resumed.done()).digest).toBe(alone.digest);
  });
});
