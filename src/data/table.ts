// A time series in a table (csv, parquet): every window of rows is an example, the row `horizon` steps after it is the target.
import { ConfigError } from '../errors.js';
import { buildDataset, requireExampleFits } from './build-dataset.js';
import type { SplitSource } from './columns.js';
import type { DataSpec } from './data-spec.js';
import type { Baseline, Dataset } from './dataset.js';
import { PageStore, StoredBytes } from './page-store.js';
import type { ColumnScaling } from './preprocessing.js';
import { fitScaling, scaleValue, visitRows, type RowReader, type Scaling } from './scaling.js';
import { requireParts, splitByOrder, type SplitFractions } from './split-by-order.js';

export interface TableOptions extends SplitFractions {
  readonly name: 'csv' | 'parquet';
  /** Files with the same columns, one series in this order. */
  readonly paths: readonly string[];
  /** Columns that enter at each step; undefined: all. */
  readonly columns?: readonly string[];
  /** Columns that are predicted; undefined: those that enter. */
  readonly targets?: readonly string[];
  /** Rows in a window. */
  readonly length: number;
  /** Rows from the last one of a window to the one that is predicted. */
  readonly horizon: number;
  readonly scaling: Scaling;
}

export interface TableRow {
  /** File and line or row, for messages. */
  readonly place: string;
  readonly values: readonly number[];
}

/** Reads rows with the numbers of the columns that `choose` picks, by their place in the header. */
export type RowSource = (
  paths: readonly string[],
  choose: (header: readonly string[], path: string) => readonly number[],
) => AsyncIterable<TableRow>;

interface Table extends RowReader {
  readonly names: readonly string[];
  /** Places of the columns that enter, and of those that are predicted, in `names`. */
  readonly inputs: readonly number[];
  readonly targets: readonly number[];
}

/** Loads a table: the first rows train, then come those that validate, the last ones test. Throws ConfigError DATA_COLUMN_MISSING, DATA_TOO_SHORT, DATA_RANGE and what `readRows` throws. */
export async function loadTable(options: TableOptions, readRows: RowSource): Promise<Dataset> {
  const table = await storeTable(options, readRows);
  const { length, horizon } = options;
  const first = length - 1 + horizon; // the first row that can be a target
  const parts = splitByOrder(table.numRows, options);
  requireParts(
    options.paths.join(', '),
    `windows of ${length} rows (--data-length) and a target ${horizon} later (--data-horizon)`,
    {
      train: parts.valid - first,
      valid: parts.test - parts.valid,
      test: table.numRows - Math.max(first, parts.test),
    },
  );
  const scalings = fitScaling(table, parts.valid, table.names, options.scaling);
  requireFloat32(table, scalings, options);
  const spec: DataSpec = {
    name: options.name,
    inputs: { kind: 'dense', dtype: 'f32', features: table.inputs.length, scale: 1 },
    targets: { kind: 'value', size: table.targets.length, per: 'sequence' },
    maxLength: length,
  };
  requireExampleFits(spec, 'train', 0, length);
  const windows = (from: number, to: number) => windowsOf(table, scalings, options, from, to);
  const persistence = (from: number, to: number) => persistenceOf(table, scalings, horizon, from, to);
  const hasValid = parts.test > parts.valid;
  return buildDataset(spec, windows(first, parts.valid), windows(parts.test, table.numRows), {
    ...(hasValid && { valid: windows(parts.valid, parts.test) }),
    preprocessing: {
      version: 1,
      inputs: table.inputs.map((column) => scalings[column]!),
      targets: table.targets.map((column) => scalings[column]!),
      horizon,
    },
    baselines: {
      ...(hasValid && { valid: persistence(parts.valid, parts.test) }),
      test: persistence(parts.test, table.numRows),
    },
  });
}

/** Puts the chosen columns into pages, float64: what scaling makes of them must not depend on an earlier rounding. */
async function storeTable(options: TableOptions, readRows: RowSource): Promise<Table> {
  const bytes = new StoredBytes(new PageStore());
  let names: string[] | undefined;
  let inputs: readonly string[] = [];
  let targets: readonly string[] = [];
  const choose = (header: readonly string[], path: string): number[] => {
    inputs = options.columns ?? (names === undefined ? header : inputs);
    targets = options.targets ?? inputs;
    names = [...new Set([...inputs, ...targets])];
    return names.map((name) => columnOf(header, name, path));
  };
  let pending: number[] = [];
  let numRows = 0;
  for await (const { values } of readRows(options.paths, choose)) {
    for (const value of values) pending.push(value);
    numRows++;
    if (pending.length < 8192) continue;
    bytes.append(Float64Array.from(pending));
    pending = [];
  }
  bytes.append(Float64Array.from(pending));
  const all = names ?? [];
  const rowBytes = 8 * all.length;
  return {
    names: all,
    inputs: inputs.map((name) => all.indexOf(name)),
    targets: targets.map((name) => all.indexOf(name)),
    numRows,
    read: (first, count) => new Float64Array(bytes.read(first * rowBytes, count * rowBytes).buffer),
  };
}

function columnOf(header: readonly string[], name: string, path: string): number {
  const index = header.indexOf(name);
  if (index >= 0) return index;
  throw new ConfigError(
    'DATA_COLUMN_MISSING',
    `${path}:1: wanted a column "${name}", got ${header.slice(0, 20).join(', ')}. Check --data-columns and --data-targets.`,
  );
}

/** Windows whose targets are the rows `from` to `to - 1`, each with enough rows before it; made when a block is asked for: overlapping rows are stored once. */
function windowsOf(
  table: Table,
  scalings: readonly ColumnScaling[],
  { length, horizon }: TableOptions,
  from: number,
  to: number,
): SplitSource {
  const before = length - 1 + horizon;
  const { inputs, targets, names } = table;
  return {
    lengths: new Int32Array(to - from).fill(length),
    read(first, count) {
      const rows = table.read(from + first - before, count + before);
      const scaled = (row: number, column: number) => scaleValue(rows[row * names.length + column]!, scalings[column]!);
      const inputColumn = new Float32Array(count * length * inputs.length);
      const targetColumn = new Float32Array(count * targets.length);
      let filled = 0;
      for (let window = 0; window < count; window++) {
        for (let step = 0; step < length; step++)
          for (const column of inputs) inputColumn[filled++] = scaled(window + step, column);
        targets.forEach((column, i) => (targetColumn[window * targets.length + i] = scaled(window + before, column)));
      }
      return { inputs: inputColumn, targets: targetColumn };
    },
  };
}

/** What it costs to forecast that nothing changes: the squared error of the row `horizon` earlier, in scaled units. */
function persistenceOf(
  table: Table,
  scalings: readonly ColumnScaling[],
  horizon: number,
  from: number,
  to: number,
): Baseline {
  let sum = 0;
  for (let row = from; row < to; row++) {
    const [before, now] = [table.read(row - horizon, 1), table.read(row, 1)];
    for (const column of table.targets) {
      const error = (now[column]! - before[column]!) / scalings[column]!.scale;
      sum += error * error;
    }
  }
  return { name: 'persistence', loss: sum / (to - from) };
}

function requireFloat32(table: Table, scalings: readonly ColumnScaling[], options: TableOptions): void {
  visitRows(table, table.numRows, (value, column, row) => {
    if (Number.isFinite(Math.fround(scaleValue(value, scalings[column]!)))) return;
    throw new ConfigError(
      'DATA_RANGE',
      `${options.paths.join(', ')}, row ${row + 1}: wanted a number that float32 can hold in column "${table.names[column]}", got ${value} (--data-scaling ${options.scaling}).`,
    );
  });
}
