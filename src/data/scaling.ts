// Scaling of a table's columns, fitted on the rows that train and on no other.
import type { ColumnScaling } from './preprocessing.js';

export type Scaling = 'standard' | 'minmax' | 'none';

/** A table's numbers, row by row; reading it again gives the same rows. */
export interface RowReader {
  readonly numRows: number;
  /** [count, columns] rows from `first` on. */
  read(first: number, count: number): Float64Array;
}

const rowsAtOnce = 4096;

/**
 * Fits each column on the first `numRows` rows. `standard`: mean 0 and (population) standard deviation 1, as scikit-learn's
 * StandardScaler; `minmax`: 0 to 1. A column that never changes is shifted only. Float64, rows in order: the same bits everywhere.
 */
export function fitScaling(rows: RowReader, numRows: number, names: readonly string[], kind: Scaling): ColumnScaling[] {
  if (kind === 'none') return names.map((name) => ({ name, shift: 0, scale: 1 }));
  const least = new Float64Array(names.length).fill(Infinity);
  const most = new Float64Array(names.length).fill(-Infinity);
  const sums = new Float64Array(names.length);
  visitRows(rows, numRows, (value, column) => {
    sums[column]! += value;
    if (value < least[column]!) least[column] = value;
    if (value > most[column]!) most[column] = value;
  });
  if (kind === 'minmax') {
    return names.map((name, i) => ({ name, shift: least[i]!, scale: most[i]! - least[i]! || 1 }));
  }
  const squares = new Float64Array(names.length); // around the mean: a second pass loses no digits
  visitRows(rows, numRows, (value, column) => {
    const distance = value - sums[column]! / numRows;
    squares[column]! += distance * distance;
  });
  return names.map((name, i) => {
    const isConstant = least[i] === most[i];
    return {
      name,
      shift: isConstant ? least[i]! : sums[i]! / numRows,
      scale: isConstant ? 1 : Math.sqrt(squares[i]! / numRows),
    };
  });
}

/** Scales one value; the rounding to float32 is the store's. */
export function scaleValue(value: number, { shift, scale }: ColumnScaling): number {
  return (value - shift) / scale;
}

/** Visits every number of the first `numRows` rows, row by row. */
export function visitRows(
  rows: RowReader,
  numRows: number,
  visit: (value: number, column: number, row: number) => void,
): void {
  for (let first = 0; first < numRows; first += rowsAtOnce) {
    const count = Math.min(rowsAtOnce, numRows - first);
    const values = rows.read(first, count);
    const numColumns = values.length / count;
    for (let i = 0; i < values.length; i++) visit(values[i]!, i % numColumns, first + Math.floor(i / numColumns));
  }
}
