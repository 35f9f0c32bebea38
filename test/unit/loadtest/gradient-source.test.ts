// The load's gradients: reproducible, of the size that was asked for, and summed by the reference to the same numbers.
import { describe, expect, it } from 'vitest';
import { createGradientSource, type GradientPlan, type GradientSource } from '../../../src/loadtest/gradient-source.js';
import { parseRecordedNorms } from '../../../src/loadtest/recorded-norms.js';
import { referenceOf, relativeError } from '../../../src/loadtest/reference.js';
import { addInto, globalNorm, meanInto } from '../../../src/tensor/flat-vector.js';

const parameters = 2000;
const shards = 16;
const plan = (more: Partial<GradientPlan> = {}): GradientPlan => ({
  seed: 7,
  kind: 'normal',
  explodeRate: 0,
  nanRate: 0,
  ...more,
});

const sources = new Map<string, GradientSource>();
/** A source draws tens of thousands of values: one for all tests of a plan. */
function sourceOf(of: GradientPlan): GradientSource {
  const known = sources.get(JSON.stringify(of)) ?? createGradientSource(of, parameters, shards);
  sources.set(JSON.stringify(of), known);
  return known;
}

function written(of: GradientPlan, step: number, shard: number, { count = 1, source = sourceOf(of) } = {}) {
  const target = new Float32Array(parameters);
  source.write(target, step, shard, count);
  return target;
}

function meanNorm(source: GradientSource, step: number): number {
  const sum = new Float32Array(parameters);
  const gradient = new Float32Array(parameters);
  for (let shard = 0; shard < shards; shard += 1) {
    source.write(gradient, step, shard, 1);
    addInto(sum, gradient);
  }
  meanInto(sum, shards);
  return globalNorm(sum);
}

describe('a gradient source', () => {
  it('gives the same bits to everybody who computes a shard of a step, and others for another', () => {
    const another = createGradientSource(plan(), parameters, shards);
    expect(written(plan(), 3, 5)).toEqual(written(plan(), 3, 5, { source: another }));
    expect(written(plan(), 3, 6)).not.toEqual(written(plan(), 3, 5));
    expect(written(plan(), 4, 5)).not.toEqual(written(plan(), 3, 5));
    expect(written(plan({ seed: 8 }), 3, 5)).not.toEqual(written(plan(), 3, 5));
  });

  it('normal: puts the norm of the mean on both sides of 1', () => {
    const source = sourceOf(plan());
    const norms = Array.from({ length: 30 }, (_, step) => meanNorm(source, step));
    for (const norm of norms) {
      expect(norm).toBeGreaterThan(0.4);
      expect(norm).toBeLessThan(2.4);
    }
    expect(norms.some((norm) => norm < 1) && norms.some((norm) => norm > 1)).toBe(true);
  });

  it('exploding: norms grow by half a step', () => {
    const exploding = plan({ kind: 'exploding' });
    const growth = globalNorm(written(exploding, 11, 0)) / globalNorm(written(exploding, 10, 0));
    expect(growth).toBeGreaterThan(1.4);
    expect(growth).toBeLessThan(1.6);
    expect(globalNorm(written(exploding, 500, 0))).toBeLessThan(1e8);
  });

  it('heavy-tailed: norms of shards differ by orders of magnitude', () => {
    const tailed = plan({ kind: 'heavy-tailed' });
    const source = sourceOf(tailed);
    const gradient = new Float32Array(parameters);
    const norms = Array.from({ length: 200 }, (_, step) => {
      source.write(gradient, step, 0, 1);
      return globalNorm(gradient);
    });
    expect(Math.max(...norms) / Math.min(...norms)).toBeGreaterThan(5);
  });

  it('explodes and poisons the shares that were asked for, and no others', () => {
    const all = Array.from({ length: 4000 }, (_, i) => [Math.floor(i / shards), i % shards] as const);
    const source = sourceOf(plan({ explodeRate: 0.1, nanRate: 0.02 }));
    const exploded = all.filter(([step, shard]) => source.isExploded(step, shard));
    expect(exploded.length).toBeGreaterThan(300);
    expect(exploded.length).toBeLessThan(500);
    const poisoned = all.filter(([step, shard]) => source.isPoisoned(step, shard)).length;
    expect(poisoned).toBeGreaterThan(40);
    expect(poisoned).toBeLessThan(130);
    const [step, shard] = exploded[0] ?? [0, 0];
    expect(globalNorm(written(plan({ explodeRate: 0.1 }), step, shard))).toBeGreaterThan(
      900 * globalNorm(written(plan(), step, shard)),
    );
    const calm = sourceOf(plan());
    expect(all.some(([s, v]) => calm.isExploded(s, v) || calm.isPoisoned(s, v))).toBe(false);
  });

  it('recorded: gives each shard the norm that it had, whatever its number of targets', () => {
    const lines = [
      { step: 1, shard: 0, rank: 0, count: 4, norm: 8 },
      { step: 1, shard: 1, rank: 1, count: 4, norm: 2 },
      { step: 2, shard: 0, rank: 0, count: 4, norm: 40 },
      { step: 2, shard: 1, rank: 1, count: 4, norm: 4 },
    ].map((record) => `${JSON.stringify(record)}\n`);
    const recorded = parseRecordedNorms(lines.join(''), 'norms.jsonl');
    const source = createGradientSource(plan({ kind: 'recorded' }), parameters, shards, recorded);
    const gradient = new Float32Array(parameters);
    const normOf = (step: number, shard: number, count: number): number => {
      source.write(gradient, step, shard, count);
      return globalNorm(gradient);
    };
    expect(normOf(0, 0, 1)).toBeCloseTo(2, 5);
    expect(normOf(0, 1, 3)).toBeCloseTo(1.5, 5);
    expect(normOf(1, 0, 1)).toBeCloseTo(10, 4);
    expect(normOf(2, 2, 1)).toBeCloseTo(2, 5); // begins again
  });
});

describe('a file of norms', () => {
  it('is refused with the line that is wrong', () => {
    const good = '{"step":1,"shard":0,"rank":0,"count":1,"norm":1}\n';
    expect(() => parseRecordedNorms(`${good}{"step":0}\n`, 'f')).toThrow(/f:2.*step/s);
    expect(() => parseRecordedNorms(`${good}nonsense\n`, 'f')).toThrow(/f:2: the line is not JSON/);
    expect(() => parseRecordedNorms('', 'f')).toThrow(/holds no step/);
  });
});

describe('the reference', () => {
  const source = sourceOf(plan());
  const counts = new Array<number>(shards).fill(1);

  it('finds the norm that the coordinator finds, and the coefficient that follows', () => {
    for (const step of [0, 1, 2, 3]) {
      const { gradNorm, clipCoefficient } = referenceOf(source, parameters, counts, step, 1);
      expect(relativeError(meanNorm(source, step), gradNorm)).toBeLessThan(1e-6);
      expect(clipCoefficient).toBe(gradNorm > 1 ? 1 / gradNorm : 1);
    }
  });

  it('leaves out shards without targets', () => {
    const some = counts.map((_, shard) => (shard < 3 ? 2 : 0));
    const { gradNorm } = referenceOf(source, parameters, some, 0, 1);
    const sum = new Float64Array(parameters);
    for (const shard of [0, 1, 2])
      written(plan(), 0, shard, { count: 2 }).forEach((value, i) => (sum[i] = sum[i]! + value));
    const norm = Math.sqrt(sum.reduce((total, value) => total + (value / 6) ** 2, 0));
    expect(relativeError(gradNorm, norm)).toBeLessThan(1e-12);
  });
});
