// Random matrices with orthonormal rows or columns: Saxe, McClelland and Ganguli 2014, as Keras's `orthogonal` draws them.

/**
 * Makes a row-major [rows, columns] matrix whose shorter side's vectors are orthonormal, from normal draws.
 * QR by Householder reflections in float64 (Golub and Van Loan, algorithm 5.2.1); Q's columns take the sign of R's
 * diagonal, without which Q is not uniform (Mezzadri 2007). About 4 n m^2 operations for n >= m.
 */
export function orthonormalMatrix(rows: number, columns: number, normal: () => number): Float64Array {
  const length = Math.max(rows, columns);
  const count = Math.min(rows, columns);
  const vectors = Array.from({ length: count }, () => Float64Array.from({ length }, normal));
  const basis = orthonormalize(vectors);
  const matrix = new Float64Array(rows * columns);
  basis.forEach((vector, index) => {
    if (rows >= columns) for (let row = 0; row < rows; row++) matrix[row * columns + index] = vector[row]!;
    else matrix.set(vector, index * columns);
  });
  return matrix;
}

/** Replaces `vectors` (columns of A, spoiled) by the columns of Q. */
function orthonormalize(vectors: Float64Array[]): Float64Array[] {
  const signs = vectors.map((vector, k) => {
    const sign = makeReflector(vector, k);
    for (let j = k + 1; j < vectors.length; j++) reflect(vectors[j]!, vector, k);
    return sign;
  });
  return vectors.map((vector, k) => {
    const column = new Float64Array(vector.length);
    column[k] = signs[k]!;
    for (let j = k; j >= 0; j--) reflect(column, vectors[j]!, j); // reflectors beyond k leave it alone
    return column;
  });
}

/** Turns `vector` from index k on into a reflector of norm sqrt(2) that maps it to a multiple of e_k; returns the sign of that multiple. */
function makeReflector(vector: Float64Array, k: number): number {
  const norm = Math.sqrt(dot(vector, vector, k));
  const head = vector[k]!;
  const diagonal = head > 0 ? -norm : norm; // away from the head: no cancellation
  vector[k] = head - diagonal;
  const scale = Math.sqrt(2 / dot(vector, vector, k));
  for (let i = k; i < vector.length; i++) vector[i]! *= scale;
  return diagonal < 0 ? -1 : 1;
}

/** Applies I - v v' to `target`, from index k on. */
function reflect(target: Float64Array, v: Float64Array, k: number): void {
  const projection = dot(target, v, k);
  for (let i = k; i < target.length; i++) target[i] = target[i]! - projection * v[i]!;
}

// Four running sums, in a fixed order: one alone waits for each addition.
function dot(a: Float64Array, b: Float64Array, start: number): number {
  let sum0 = 0;
  let sum1 = 0;
  let sum2 = 0;
  let sum3 = 0;
  let i = start;
  for (; i + 3 < a.length; i += 4) {
    sum0 += a[i]! * b[i]!;
    sum1 += a[i + 1]! * b[i + 1]!;
    sum2 += a[i + 2]! * b[i + 2]!;
    sum3 += a[i + 3]! * b[i + 3]!;
  }
  for (; i < a.length; i++) sum0 += a[i]! * b[i]!;
  return sum0 + sum2 + (sum1 + sum3);
}
