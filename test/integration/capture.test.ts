// What may become a graph, what may not, and what is left behind.
import type { Tensor, Tensor2D } from '@tensorflow/tfjs';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { capture } from '../../src/backend/capture/capture.js';
import { createCapturedRunner } from '../../src/backend/capture/captured-runner.js';
import type { NodeBackend, TfjsBinding } from '../../src/backend/capture/tfjs-binding.js';
import { loadBackend } from '../../src/backend/load-backend.js';
import type { Tfjs } from '../../src/model/tfjs.js';

let tf: Tfjs;
beforeAll(async () => {
  ({ tf } = await loadBackend('tensorflow', { threads: 1 }));
});

type Inputs = { readonly x: Tensor; readonly seed: number; readonly step: number };

/** Other data, seed and step number. */
const examples = (): [Inputs, Inputs] => [
  { x: tf.tensor2d([1, -2, 3, 4], [2, 2]), seed: 3, step: 10 },
  { x: tf.tensor2d([-5, 6, 7, -8], [2, 2]), seed: 4, step: 11 },
];
const values = (tensor: Tensor): number[] => [...tensor.dataSync()];

function refusal(step: (inputs: Inputs) => object): string {
  try {
    capture(tf, step, examples()).dispose();
  } catch (error) {
    expect(error).toMatchObject({ code: 'CAPTURE_REFUSED' });
    return (error as Error).message;
  }
  return 'not refused';
}

describe('a captured step', () => {
  it('gives the named outputs of its named inputs, also of a model with automatic differentiation', () => {
    type Example = { readonly x: Tensor2D; readonly weights: readonly [Tensor2D] };
    const step = ({ x, weights: [weight] }: Example) => {
      const { value, grads } = tf.valueAndGrads((w: Tensor) => tf.sum(tf.square(tf.tanh(tf.matMul(x, w as Tensor2D)))))(
        [weight],
      );
      return { loss: value, gradients: grads };
    };
    const example = (seed: number): Example => ({
      x: tf.randomUniform([3, 4], -1, 1, 'float32', seed),
      weights: [tf.randomUniform([4, 2], -1, 1, 'float32', seed + 1)],
    });
    const captured = capture(tf, step, [example(1), example(3)]);
    const inputs = example(5);
    const [replayed, eager] = [captured.run(inputs), step(inputs)];
    expect(replayed.loss.dataSync()[0]).toBeCloseTo(eager.loss.dataSync()[0]!, 5);
    values(replayed.gradients[0]!).forEach((value, i) => expect(value).toBeCloseTo(values(eager.gradients[0]!)[i]!, 5));
    captured.dispose();
  });

  it('takes numbers that reach the graph, and values that came through JavaScript unchanged, from its inputs', () => {
    const captured = capture(tf, ({ x, step }: Inputs) => ({ y: tf.mul(x, step) }), examples());
    const { y } = captured.run({ x: tf.tensor2d([1, 1, 2, 2], [2, 2]), seed: 0, step: 7 });
    expect(values(y)).toEqual([7, 7, 14, 14]);
    captured.dispose();
  });

  it('gathers, although tfjs looks at the indices to check them', () => {
    type Example = { readonly rows: Tensor; readonly x: Tensor };
    const example = (rows: number[], first: number): Example => ({
      rows: tf.tensor1d(rows, 'int32'),
      x: tf.tensor1d([first, first + 1, first + 2]),
    });
    const step = ({ rows, x }: Example) => ({ y: tf.gather(x, rows as Tensor) });
    const captured = capture(tf, step, [example([0, 1], 5), example([2, 0], 8)]);
    expect(values(captured.run(example([1, 2], 1)).y)).toEqual([2, 3]);
    captured.dispose();
  });

  it('leaves no tensor and no file behind', () => {
    const [first, second] = examples();
    const { numTensors } = tf.memory();
    const captured = capture(tf, ({ x }: Inputs) => ({ y: tf.square(x) }), [first, second]);
    captured.run(first).y.dispose();
    captured.dispose();
    expect(tf.memory().numTensors).toBe(numTensors);
    expect(graphFolders()).toEqual([]);
  });
});

describe('a step is refused, with the operation and the reason,', () => {
  it('when it draws a mask of dropout in JavaScript, which would be the same at every replay', () => {
    expect(refusal(({ x }) => ({ y: tf.dropout(x, 0.5) }))).toMatch(/random, or computed in JavaScript/);
    expect(refusal(({ x, seed }) => ({ y: tf.dropout(x, 0.5, undefined, seed) }))).toMatch(/: [A-Z]\w+: a constant/);
  });

  it('when it reads a value back in the middle', () => {
    const onResult = refusal(({ x }) => ({ y: tf.mul(x, tf.tanh(x).dataSync()[0]!) }));
    expect(onResult).toMatch(/: Tanh: its result is read back in the middle/);
    const onInput = refusal(({ x }) => ({ y: x.dataSync()[0]! > 100 ? tf.sin(x) : tf.cos(x) }));
    expect(onInput).toMatch(/: Placeholder: the input x is read back/);
    expect(refusal(({ x }) => ({ y: tf.square(x), last: (tf.sin(x).dataSync(), tf.cos(x)) }))).toMatch(/: Sin: /);
  });

  it('when a shape or the flow depends on data', () => {
    expect(refusal(({ x, step }) => ({ y: tf.slice(tf.tile(x, [8, 1]), [0, 0], [step, 1]) }))).toMatch(/: Slice: /);
    expect(refusal(({ x, step }) => ({ y: step % 2 === 0 ? tf.sin(x) : tf.cos(x) }))).toMatch(/: Sin: .*Cos/);
    expect(refusal(({ x }) => ({ y: tf.unique(tf.reshape(x, [4])).values }))).toMatch(/: UniqueV2: the shape/);
  });

  it('when it draws random numbers in TensorFlow', () => {
    expect(refusal(({ x, seed }) => ({ y: tf.multinomial(x as Tensor2D, 1, seed) }))).toMatch(
      /: Multinomial: .*random/,
    );
  });

  it('when it reads or changes a variable that is no input', () => {
    const variable = tf.variable(tf.scalar(2), true, 'state');
    expect(refusal(({ x }) => ({ y: tf.mul(x, variable) }))).toMatch(/: Variable: the variable state is read/);
    const change = ({ x }: Inputs) => {
      variable.assign(tf.scalar(1));
      return { y: tf.square(x) };
    };
    expect(refusal(change)).toMatch(/: Assign: the step changes a variable/);
    variable.dispose();
  });

  it('when it returns a promise', () => {
    expect(refusal(({ x }) => Promise.resolve({ y: tf.square(x) }))).toMatch(/: step: it returns a promise/);
  });

  it('when its replay is not what it returned', () => {
    const backend = tf.backend() as unknown as NodeBackend;
    const { binding } = backend;
    const names = Object.getOwnPropertyNames(binding) as (keyof TfjsBinding)[];
    const sound = Object.fromEntries(names.map((name) => [name, binding[name]])) as unknown as TfjsBinding;
    // Eagerly it computes a sine; the graph computes what was asked for.
    const executeOp: TfjsBinding['executeOp'] = (name, ...call) =>
      binding.executeOp(name === 'Tanh' ? 'Sin' : name, ...call);
    backend.binding = { ...sound, executeOp };
    try {
      expect(refusal(({ x }) => ({ y: tf.tanh(x) }))).toMatch(/: Tanh: replayed, the output y differs by/);
    } finally {
      backend.binding = binding;
    }
  });
});

describe('the runner', () => {
  it('captures a step once a key, and drops the graph not used for longest', () => {
    const runner = createCapturedRunner(tf, { limit: 2 });
    let recordings = 0;
    const run = (key: string) => {
      const step = ({ x }: Inputs) => {
        recordings += 1;
        return { y: tf.square(x) };
      };
      return values(runner.run(key, step, { ...examples()[0] }, examples).y);
    };
    for (const key of ['a', 'b', 'a', 'b']) expect(run(key)).toEqual([1, 4, 9, 16]);
    expect(recordings).toBe(4); // two a key
    run('a');
    run('c'); // b goes
    run('a');
    expect(recordings).toBe(6);
    run('b');
    expect(recordings).toBe(8);
    runner.dispose();
  });
});

describe('temporary files', () => {
  it('of a killed process are removed by the next capture, those of a living one stay', () => {
    const { pid } = spawnSync(process.execPath, ['-e', '']); // it has ended
    const [left, alive] = [pid, process.ppid].map((owner) => {
      const folder = join(tmpdir(), `bridle-graph-${hostname()}-${owner}-${process.pid}`);
      mkdirSync(folder);
      return folder;
    });
    capture(tf, ({ x }: Inputs) => ({ y: tf.square(x) }), examples()).dispose();
    expect(graphFolders()).toEqual([alive]);
    expect(left).not.toBe(alive);
  });
});

it.runIf(process.env['BRIDLE_FULL'] === '1')('10,000 steps take no more memory than 1,000', () => {
  const child = fileURLToPath(new URL('memory-child.mjs', import.meta.url));
  const { stdout, stderr } = spawnSync(process.execPath, ['--expose-gc', child], {
    encoding: 'utf8',
    timeout: 170_000,
  });
  expect(stdout, stderr).toMatch(/^\[/);
  const [early, late] = JSON.parse(stdout) as [Memory, Memory];
  expect(late.tensors).toBe(early.tensors);
  expect(late.rss).toBeLessThan(1.05 * early.rss);
});

interface Memory {
  readonly tensors: number;
  readonly rss: number;
}

/** Folders of graphs that this process or the tests above made. */
function graphFolders(): string[] {
  const own = (name: string) => name.startsWith('bridle-graph-') && name.includes(String(process.pid));
  return readdirSync(tmpdir())
    .filter(own)
    .map((name) => join(tmpdir(), name));
}
