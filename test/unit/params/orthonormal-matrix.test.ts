import { describe, expect, it } from 'vitest';
import { orthonormalMatrix } from '../../../src/params/orthonormal-matrix.js';
import { randomStream } from '../../../src/random/random-stream.js';

/** |Q' Q - 1| at most, over the shorter side's vectors, after rounding to float32. */
function largestError(rows: number, columns: number, matrix: Float32Array): number {
  const count = Math.min(rows, columns);
  const entry = (vector: number, i: number): number =>
    rows >= columns ? matrix[i * columns + vector]! : matrix[vector * columns + i]!;
  let worst = 0;
  for (let a = 0; a < count; a++) {
    for (let b = 0; b <= a; b++) {
      let product = 0;
      for (let i = 0; i < Math.max(rows, columns); i++) product += entry(a, i) * entry(b, i);
      worst = Math.max(worst, Math.abs(product - (a === b ? 1 : 0)));
    }
  }
  return worst;
}

describe('orthonormalMatrix', () => {
  it.each([
    [1, 1],
    [5, 5],
    [64, 64],
    [256, 64],
    [10, 64],
    [64, 1],
  ])('[%i, %i] has orthonormal vectors to 1e-6', (rows, columns) => {
    const matrix = Float32Array.from(orthonormalMatrix(rows, columns, randomStream(3, 'orthonormal', rows).normal));
    expect(largestError(rows, columns, matrix)).toBeLessThan(1e-6);
  });

  it('is the Q of a QR whose R has a positive diagonal', () => {
    const draws = [2, 1, 0, -3, 4, 1]; // columns (2, 1, 0) and (-3, 4, 1)
    let next = 0;
    const q = orthonormalMatrix(3, 2, () => draws[next++]!);
    // Gram and Schmidt by hand: q0 = (2, 1, 0) / sqrt 5; a1 + 2/5 (2, 1, 0) = (-2.2, 4.4, 1), its norm sqrt 25.2
    const wanted = [
      2 / Math.sqrt(5),
      -2.2 / Math.sqrt(25.2),
      1 / Math.sqrt(5),
      4.4 / Math.sqrt(25.2),
      0,
      1 / Math.sqrt(25.2),
    ];
    wanted.forEach((value, i) => expect(q[i]).toBeCloseTo(value, 14));
  });

  it('has entries of both signs as often: without the sign of R the diagonal would lean', () => {
    const { normal } = randomStream(3, 'signs');
    const positive = Array.from({ length: 400 }, () => orthonormalMatrix(3, 3, normal)[0]!).filter(
      (value) => value > 0,
    );
    expect(positive.length).toBeGreaterThan(150);
    expect(positive.length).toBeLessThan(250);
  });
});
