// What a square matrix does to a vector at most (singular value), in the long run (spectral radius), and along a trajectory (Lyapunov).
import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import type { SquareMatrix } from './jacobian.js';

/** Eigenvalues cost some 25 n^3 operations: of larger matrices they are not taken. */
export const maxEigenvalueSize = 320;

const relativeTolerance = 1e-12;
const maxIterations = 2_000;

/** The largest singular value, by power iteration on M^T M; NaN when a value is not finite. */
export function largestSingularValue({ size, values }: SquareMatrix): number {
  if (!values.every(Number.isFinite)) return NaN;
  let vector = basisVector(size, 0);
  let last = 0;
  for (let iteration = 0; iteration < maxIterations; iteration++) {
    const image = multiply({ size, values }, vector);
    const norm = normOf(image);
    if (norm === 0) return 0;
    const back = multiplyTransposed({ size, values }, image);
    const scale = normOf(back);
    vector = back.map((value) => value / scale);
    if (Math.abs(norm - last) <= relativeTolerance * norm) return norm;
    last = norm;
  }
  return last;
}

/** The largest modulus of an eigenvalue; NaN when a value is not finite, undefined above `maxEigenvalueSize`. */
export function spectralRadius({ size, values }: SquareMatrix): number | undefined {
  if (size > maxEigenvalueSize) return undefined;
  if (!values.every(Number.isFinite)) return NaN;
  const { realEigenvalues, imaginaryEigenvalues } = new EigenvalueDecomposition(Matrix.from1DArray(size, size, values));
  return realEigenvalues.reduce((most, real, i) => Math.max(most, Math.hypot(real, imaginaryEigenvalues[i]!)), 0);
}

/**
 * The `count` leading Lyapunov exponents of a finite trajectory, in nats a step: means of the logarithms of R's diagonal in a
 * QR decomposition at each step (Benettin et al. 1980; Vogt et al. 2022 for recurrent networks). No transient is left out.
 */
export function lyapunovExponents(jacobians: Iterable<SquareMatrix>, size: number, count: number): number[] {
  let basis = Array.from({ length: Math.min(count, size) }, (_, i) => basisVector(size, i));
  const sums = new Float64Array(basis.length);
  let steps = 0;
  for (const jacobian of jacobians) {
    basis = basis.map((vector) => multiply(jacobian, vector));
    orthonormalize(basis).forEach((length, i) => (sums[i]! += Math.log(length)));
    steps++;
  }
  return Array.from(sums, (sum) => sum / steps);
}

/** Modified Gram-Schmidt in place; returns the lengths that R has on its diagonal. */
function orthonormalize(basis: readonly Float64Array[]): number[] {
  return basis.map((vector, i) => {
    for (const earlier of basis.slice(0, i)) {
      const shared = earlier.reduce((sum, value, j) => sum + value * vector[j]!, 0);
      for (let j = 0; j < vector.length; j++) vector[j]! -= shared * earlier[j]!;
    }
    const length = normOf(vector);
    if (length > 0) for (let j = 0; j < vector.length; j++) vector[j]! /= length;
    return length;
  });
}

/** Orthonormal vectors of the discrete cosine transform: in no coordinate's direction, and the same everywhere. */
function basisVector(size: number, index: number): Float64Array {
  const scale = Math.sqrt((index === 0 ? 1 : 2) / size);
  return Float64Array.from({ length: size }, (_, i) => scale * Math.cos((Math.PI * index * (i + 0.5)) / size));
}

function multiply({ size, values }: SquareMatrix, vector: Float64Array): Float64Array {
  const image = new Float64Array(size);
  for (let row = 0; row < size; row++) {
    let sum = 0;
    for (let column = 0; column < size; column++) sum += values[row * size + column]! * vector[column]!;
    image[row] = sum;
  }
  return image;
}

function multiplyTransposed({ size, values }: SquareMatrix, vector: Float64Array): Float64Array {
  const image = new Float64Array(size);
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) image[column]! += values[row * size + column]! * vector[row]!;
  }
  return image;
}

function normOf(vector: Float64Array): number {
  return Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
}
