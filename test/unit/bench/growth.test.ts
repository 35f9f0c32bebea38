// bench/growth: the model of a step's cost, and its plot.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitGrowth } from '../../../bench/growth-model.mjs';
import { drawGrowth } from '../../../bench/growth-plot.mjs';

interface Row {
  readonly workers: number;
  readonly floats: number;
  readonly asked: number;
  readonly ms: number;
}
type Cost = readonly [number, number, number, number];

/** Rows of exactly this cost: a + b W + c P + d W P, P in millions. */
function rowsOf([a, b, c, d]: Cost): Row[] {
  return [1e4, 1e6, 5e7].flatMap((floats) =>
    [1, 16, 256].map((workers) => {
      const millions = floats / 1e6;
      return { workers, floats, asked: floats, ms: a + b * workers + c * millions + d * workers * millions };
    }),
  );
}

const fit = (rows: readonly Row[]) => fitGrowth(rows, ({ ms }: Row) => ms);

describe('the model of growth', () => {
  it('finds the cost that rows were made of, whatever it is', () => {
    const part = fc.double({ min: 0.1, max: 50, noNaN: true });
    fc.assert(
      fc.property(fc.tuple(part, part, part, part), (cost) => {
        const { coefficients, largestError } = fit(rowsOf(cost)) as { coefficients: number[]; largestError: number };
        coefficients.forEach((value, i) => expect(value / cost[i]!).toBeCloseTo(1, 5));
        expect(largestError).toBeLessThan(1e-6);
      }),
    );
  });

  it('weighs each row by its own time: short steps count as much as long ones', () => {
    const rows = rowsOf([1, 0.5, 4, 2]);
    const spoilt = rows.map((row, i) => ({ ...row, ms: row.ms * (i % 2 === 0 ? 1.1 : 0.9) }));
    const { predict, medianError, largestError } = fit(spoilt);
    for (const row of rows) expect(Math.abs(predict(row) / row.ms - 1)).toBeLessThan(0.25); // from 1.5 ms to 26 s
    expect(medianError).toBeGreaterThan(0);
    expect(medianError).toBeLessThanOrEqual(largestError);
  });

  it('has no cost below nothing: what would be negative is left out, and the others are fitted anew', () => {
    const rows = rowsOf([2, -0.001, 3, 0]);
    const { coefficients } = fit(rows) as { coefficients: number[] };
    expect(Math.min(...coefficients)).toBe(0);
    expect(coefficients[1]).toBe(0);
    expect(Math.abs(coefficients[0]! / 2 - 1)).toBeLessThan(0.15);
    expect(Math.abs(coefficients[2]! / 3 - 1)).toBeLessThan(0.15);
  });
});

describe('the plot of growth', () => {
  const rows = rowsOf([1, 0.5, 4, 2]);
  const svg = drawGrowth(rows, fit(rows)) as string;
  const dots = [...svg.matchAll(/<circle cx="([\d.]+)" cy="([\d.]+)"/g)].map(
    ([, x, y]) => [Number(x), Number(y)] as const,
  );
  const lines = [...svg.matchAll(/<polyline points="([^"]+)"/g)].map(([, points = '']) => points.split(' '));

  it('has a line for each number of parameters, a dot for each row, and dots that fit lie on the line', () => {
    expect(lines).toHaveLength(3);
    expect(dots).toHaveLength(rows.length);
    lines.forEach((points, size) =>
      dots
        .slice(3 * size, 3 * size + 3)
        .forEach(([x, y]) => expect(points).toContain(`${x.toFixed(1)},${y.toFixed(1)}`)),
    );
    for (const name of ['10,000 parameters', '1 M parameters', '50 M parameters']) expect(svg).toContain(name);
  });

  it('has both axes logarithmic: sixteen times the workers are one step across, ten times the time one step up', () => {
    expect(dots[1]![0] - dots[0]![0]).toBeCloseTo(dots[2]![0] - dots[1]![0], 0);
    const grid = [...svg.matchAll(/class="grid" .* y1="([\d.]+)"/g)].map(([, y]) => Number(y));
    expect(grid).toHaveLength(6); // 1 ms to 100 s
    for (let i = 2; i < grid.length; i += 1) expect(grid[i - 1]! - grid[i]!).toBeCloseTo(grid[0]! - grid[1]!, 0);
    for (const [, y] of dots) expect(y).toBeGreaterThanOrEqual(grid.at(-1)!);
  });

  it('is one whole picture without a number that is none', () => {
    expect(svg).not.toMatch(/NaN|Infinity|undefined/);
    expect(svg.match(/<text/g)).toHaveLength(svg.match(/<\/text>/g)!.length);
    expect(svg).toMatch(/^<svg [^]*<\/svg>\n$/);
  });
});
