// The kernels: right to rounding for any size, and the same bits whatever set of the native ones runs, on whatever threads and
// stacks. Those of the WebAssembly module have bits of their own.
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { nativeKernelId, wasmKernelId } from '../../../src/backend/kernel-id.js';
import { relativeError } from '../../../src/model/self-check.js';
import { wasmKernels } from '../../../src/native/wasm-addon.js';
import { layoutOfModel } from '../../../src/params/layout-of-model.js';
import type { ModelSpec } from '../../../src/params/model-spec.js';
import { breadth } from '../../breadth.js';
import { float64Gradient } from './float64-model.js';
import { addon, addonOf, bitsOf, drawAnyCase, drawCase, runCase } from './native-case.js';

const kernels = addon.kernels();
const all = [...kernels, wasmKernels];
/** Of each kind of bits one. */
const kinds = [kernels[0]!, wasmKernels];
/** Half of the cases from each of the two generators. */
const drawEither = (seed: number, most: number) => (seed % 2 === 0 ? drawCase : drawAnyCase)(seed, most);
const seeds = (count: number, first: number): number[] => Array.from({ length: count }, (_, i) => first + 7 * i);
const slice = (sweep: number): number => breadth({ unit: Math.ceil(sweep / 3), sweep });

/** What the float64 model says of a drawn case; computed for the first kernels that ask. */
const expectations = new Map<string, ReturnType<typeof computeExpected>>();
function computeExpected(draw: typeof drawCase, seed: number, most: number) {
  const drawn = draw(seed, most);
  return { drawn, expected: drawn.shards.map((shard) => float64Gradient(drawn.spec, drawn.params, shard)) };
}
function expectedOf(draw: typeof drawCase, seed: number, most: number) {
  const key = `${draw.name} ${seed} ${most}`;
  const known = expectations.get(key) ?? computeExpected(draw, seed, most);
  expectations.set(key, known);
  return known;
}

const smallest: ModelSpec = {
  cell: 'lstm',
  layers: 1,
  inputs: 'dense',
  inputSize: 1,
  hiddenSize: 1,
  outputSize: 1,
  loss: 'squared-error',
  targetsPer: 'sequence',
};
const one = { rows: 1, steps: 1, lengths: Int32Array.of(1), inputs: Float32Array.of(0), targets: Float32Array.of(0) };

describe.each(all)('the kernels %s', (name) => {
  it.each([
    ['LSTM and tanh networks', drawCase, breadth({ unit: 40, sweep: 70 })],
    ['everything that a model can be', drawAnyCase, breadth({ unit: 18, sweep: 70 })],
  ])('have the losses and gradients of float64 for sizes from 1 in every dimension: %s', (_, draw, most) => {
    for (const seed of seeds(breadth({ unit: 9, sweep: 40, full: 200 }), 1)) {
      const { drawn, expected } = expectedOf(draw, seed, most);
      const { results, grads } = runCase(drawn, name);
      drawn.shards.forEach((shard, i) => {
        const { count, correct, loss, grads: exact } = expected[i]!;
        const story = JSON.stringify({ seed, shard: i, ...drawn.spec, rows: shard.rows, steps: shard.steps });
        expect(results[i], story).toMatchObject({ count, correct });
        if (loss === 0) {
          // Softmax over one class: nothing that an error could be relative to.
          expect([results[i]!.loss, grads[i]!.findIndex((value) => value !== 0)], story).toEqual([0, -1]);
          return;
        }
        expect(relativeError(grads[i]!, exact), story).toBeLessThan(1e-5);
        expect(Math.abs(results[i]!.loss / loss - 1), story).toBeLessThan(1e-5);
      });
    }
  });

  it.each([
    ['exp of values up to 0', 0 as const, Math.exp, -86.9, 0],
    ['tanh', 1 as const, Math.tanh, -12, 12],
    ['the logistic function', 2 as const, (x: number) => 1 / (1 + Math.exp(-x)), -86.9, 90],
  ])('are within 2 ulp for %s', (_, which, exact, low, high) => {
    const count = breadth({ unit: 50_000, sweep: 300_000 });
    const inputs = Float32Array.from({ length: count }, (__, i) =>
      i % 2 === 0 ? low + ((high - low) * i) / count : low * 2 ** ((-100 * i) / (3 * count)),
    );
    const outputs = new Float32Array(count);
    addonOf(name).elementary(name, which, inputs, outputs);
    let worst = 0;
    inputs.forEach((x, i) => (worst = Math.max(worst, errorInUlps(outputs[i]!, exact(x)))));
    expect(worst).toBeLessThan(2);
  });

  it('keep 0, NaN and the ends of the range', () => {
    const inputs = Float32Array.of(0, NaN, -Infinity, -200, 200);
    const outputs = new Float32Array(5);
    addonOf(name).elementary(name, 0, inputs, outputs);
    expect([...outputs].slice(0, 4)).toEqual([1, NaN, 0, 0]);
    addonOf(name).elementary(name, 1, inputs, outputs);
    expect([...outputs]).toEqual([0, NaN, -1, -1, 1]);
    addonOf(name).elementary(name, 2, inputs, outputs);
    expect([...outputs]).toEqual([0.5, NaN, 0, 0, 1]);
  });
});

describe.each(kernels)('the arithmetic of %s', (name) => {
  // One weight, one input: h = tanh(w x + b), where w x + b lies a hair below the middle between two float32 numbers, too little
  // for float64 to see. Rounding twice goes up, rounding once goes down.
  it('rounds a product and its sum once', () => {
    const spec: ModelSpec = { ...smallest, cell: 'rnn' };
    const params = Float32Array.of(2 ** -17 * (1 + 2 ** -23), 0, 2 ** -10 * (1 + 2 ** -23), 0, 1, 0);
    const shard = { ...one, inputs: Float32Array.of(2 ** -17 * (1 - 2 ** -23)) };
    const below = { ...one, inputs: Float32Array.of(0) };
    const [result] = runCase({ spec, params, shards: [shard] }, name).results;
    expect(result).toEqual(runCase({ spec, params, shards: [below] }, name).results[0]);
  });

  it('has no subnormal numbers: what would be one is 0', () => {
    const params = new Float32Array(layoutOfModel(smallest).size).fill(1e-20);
    const shard = { ...one, inputs: Float32Array.of(1e-20), targets: Float32Array.of(1) };
    const [grads] = runCase({ spec: smallest, params, shards: [shard] }, name).grads;
    expect(grads?.filter((value) => value !== 0 && Math.abs(value) < 2 ** -126)).toEqual(new Float32Array());
    expect(grads?.at(-1)).toBe(-2);
  });
});

// Another digest means other bits: raise computeVersion, and say in CHANGELOG.md that runs do not go on across it.
it.each([
  ...kernels.flatMap((name) => [
    [name, nativeKernelId, drawCase, 'd512180fe9f20dd0168dcb9639e3a9d32e915ffee3f8426766a8698a7f455554'],
    [name, nativeKernelId, drawAnyCase, '70f4547d0116f9fd4046e967ad054385b923e265c1fa53e421c4e957c08e3777'],
  ]),
  [wasmKernels, wasmKernelId, drawCase, '7b71f8c4c94710ca5d16e8b1257de55c1a28acbf3f0f95e840d753408e5c1423'],
  [wasmKernels, wasmKernelId, drawAnyCase, 'b5fbd6241158a178365fe8717142682261dd463864c949f2f2df14ae42eccd5e'],
] as [string, string, typeof drawCase, string][])('%s gives the bits that %s stands for', (name, _, draw, digest) => {
  const hash = createHash('sha256');
  for (const seed of seeds(12, 2)) hash.update(bitsOf(runCase(draw(seed, 40), name)));
  expect(hash.digest('hex')).toBe(digest);
});

describe('the bits of a shard are the same', () => {
  it('on every set of kernels that this processor runs', () => {
    expect(kernels).toContain('portable');
    for (const seed of seeds(slice(40), 3)) {
      const drawn = drawEither(seed, 40);
      const bits = kernels.map((name) => bitsOf(runCase(drawn, name)));
      for (const other of bits) expect(other === bits[0], JSON.stringify({ seed, ...drawn.spec })).toBe(true);
    }
  });

  it.each(kinds)('alone and beside other shards: %s', (name) => {
    for (const seed of seeds(slice(25), 5)) {
      const drawn = drawEither(seed, 30);
      const together = runCase(drawn, name);
      drawn.shards.forEach((shard, i) => {
        const alone = runCase({ ...drawn, shards: [shard] }, name);
        const same = { results: [together.results[i]!], grads: [together.grads[i]!] };
        expect(bitsOf(alone) === bitsOf(same), `seed ${seed}, shard ${i}`).toBe(true);
      });
    }
  });

  it('with 1, 2, 3 and 7 threads', () => {
    for (const seed of seeds(slice(12), 9)) {
      const drawn = drawEither(seed, 30);
      const bits = [1, 2, 3, 7].map((threads) => bitsOf(runCase(drawn, kernels[0]!, threads)));
      for (const other of bits) expect(other === bits[0], `seed ${seed}`).toBe(true);
    }
  });

  it.each(kinds)('whatever lies in masked places: %s', (name) => {
    for (const seed of seeds(slice(12), 4)) {
      const drawn = drawEither(seed, 20);
      const spoilt = drawn.shards.map((shard) => {
        const inputs = shard.inputs.slice();
        const width = inputs.length / (shard.rows * shard.steps);
        for (let place = 0; place < shard.rows * shard.steps; place++) {
          const isMasked = Math.floor(place / shard.rows) >= shard.lengths[place % shard.rows]!;
          if (isMasked) inputs.fill(drawn.spec.inputs === 'ids' ? -1 : NaN, place * width, (place + 1) * width);
        }
        return { ...shard, inputs };
      });
      const expected = bitsOf(runCase(drawn, name));
      expect(bitsOf(runCase({ ...drawn, shards: spoilt }, name)) === expected, `seed ${seed}`).toBe(true);
    }
  });
});

/** Units in the last place of the float32 nearest to `exact`. */
function errorInUlps(actual: number, exact: number): number {
  const exponent = Math.max(-126, Math.floor(Math.log2(Math.abs(exact))));
  return exact === 0 ? Number(actual !== 0) : Math.abs(actual - exact) / 2 ** (exponent - 23);
}
