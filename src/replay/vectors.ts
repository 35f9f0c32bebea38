// Arithmetic of the replay: sums in float64, results rounded to float32, so that a value overflows where a kernel's would.

/** A row-major matrix [rows, columns]. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly values: Float32Array;
}

/** sum[i] += W x. */
export function addProduct(sum: Float64Array, { columns, values }: Matrix, vector: ArrayLike<number>): void {
  for (let row = 0; row < sum.length; row++) {
    let total = 0;
    for (let i = 0; i < columns; i++) total += values[row * columns + i]! * vector[i]!;
    sum[row]! += total;
  }
}

/** sum[j] += W^T y. */
export function addTransposedProduct(
  sum: Float64Array,
  { rows, columns, values }: Matrix,
  vector: ArrayLike<number>,
): void {
  for (let row = 0; row < rows; row++) {
    const factor = vector[row]!;
    for (let i = 0; i < columns; i++) sum[i]! += values[row * columns + i]! * factor;
  }
}

export function logistic(x: number): number {
  return 1 / (1 + Math.exp(-x));
}
