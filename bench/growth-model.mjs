// The cost of a step as a + b W + c P + d W P, by least squares of relative errors (each row weighed by its own time).

const terms = ({ workers, floats }) => [1, workers, floats / 1e6, (workers * floats) / 1e6];

/** Fits `timeOf` rows `{workers, floats}`, in milliseconds; no coefficient is below 0. */
export function fitGrowth(rows, timeOf) {
  let active = [0, 1, 2, 3];
  let coefficients;
  for (;;) {
    const solved = solve(rows, active, timeOf);
    coefficients = [0, 1, 2, 3].map((term) => solved[active.indexOf(term)] ?? 0);
    const negative = active.filter((term) => coefficients[term] < 0);
    if (negative.length === 0) break;
    active = active.filter((term) => !negative.includes(term)); // a cost below nothing explains nothing
  }
  const predict = (row) => terms(row).reduce((sum, term, i) => sum + term * coefficients[i], 0);
  const errors = rows.map((row) => Math.abs(predict(row) / timeOf(row) - 1)).sort((x, y) => x - y);
  return { coefficients, predict, medianError: errors[Math.floor(errors.length / 2)], largestError: errors.at(-1) };
}

/** The normal equations, by Gaussian elimination with pivots. */
function solve(rows, active, timeOf) {
  const n = active.length;
  const matrix = active.map(() => new Array(n + 1).fill(0));
  for (const row of rows) {
    const x = active.map((term) => terms(row)[term] / timeOf(row));
    for (let i = 0; i < n; i += 1) {
      for (let j = 0; j < n; j += 1) matrix[i][j] += x[i] * x[j];
      matrix[i][n] += x[i];
    }
  }
  for (let i = 0; i < n; i += 1) {
    let pivot = i;
    for (let j = i + 1; j < n; j += 1) if (Math.abs(matrix[j][i]) > Math.abs(matrix[pivot][i])) pivot = j;
    [matrix[i], matrix[pivot]] = [matrix[pivot], matrix[i]];
    for (let j = 0; j < n; j += 1) {
      if (j === i) continue;
      const factor = matrix[j][i] / matrix[i][i];
      for (let k = i; k <= n; k += 1) matrix[j][k] -= factor * matrix[i][k];
    }
  }
  return matrix.map((row, i) => row[n] / row[i]);
}
