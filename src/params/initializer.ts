// How the values of one matrix are drawn: the initialisers by name, each with a gain. Formulas and papers in docs/numerics.md.
import type { RandomStream } from '../random/random-stream.js';
import { orthonormalMatrix } from './orthonormal-matrix.js';

export const initializerNames = [
  'glorot-uniform',
  'glorot-normal',
  'glorot-truncated',
  'he-uniform',
  'he-normal',
  'he-truncated',
  'lecun-uniform',
  'lecun-normal',
  'lecun-truncated',
  'orthogonal',
  'orthogonal-gates',
  'identity',
  'normal',
  'zeros',
  'pytorch',
] as const;
export type InitializerName = (typeof initializerNames)[number];

/** A name alone, or with what its values are multiplied by: `orthogonal:0.9`, `normal:0.001`. */
export type Initializer = InitializerName | `${InitializerName}:${number}`;

/** A row-major matrix to fill. `blocks`: its gates, of equal numbers of rows; 1 for other matrices. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly blocks: number;
  readonly fanIn: number;
  readonly fanOut: number;
  readonly hiddenSize: number;
}

/** Fills `values` in place, in float64, rounded to float32 once. */
export function fillMatrix(values: Float32Array, matrix: Matrix, initializer: Initializer, random: RandomStream): void {
  const [name, gain] = parseInitializer(initializer);
  const [rule, distribution] = name.split('-');
  const variance = varianceOf(rule, matrix);
  if (variance !== undefined) return fillByVariance(values, distribution, variance, gain, random);
  switch (name) {
    case 'orthogonal':
      return fillOrthogonal(values, matrix.rows, matrix.columns, gain, random);
    case 'orthogonal-gates':
      return forEachBlock(values, matrix, (block, rows) => fillOrthogonal(block, rows, matrix.columns, gain, random));
    case 'identity':
      return forEachBlock(values, matrix, (block, rows) => fillIdentity(block, rows, matrix.columns, gain));
    case 'normal':
      return fillNormal(values, gain, random);
    case 'pytorch':
      return fillUniform(values, gain / Math.sqrt(matrix.hiddenSize), random);
    default:
      return; // zeros
  }
}

function parseInitializer(initializer: Initializer): [InitializerName, number] {
  const [name, gain] = initializer.split(':');
  return [name as InitializerName, gain === undefined ? 1 : Number(gain)];
}

/** Glorot and Bengio 2010, He and others 2015, LeCun and others 1998. */
function varianceOf(rule: string | undefined, { fanIn, fanOut }: Matrix): number | undefined {
  if (rule === 'glorot') return 2 / (fanIn + fanOut);
  if (rule === 'he') return 2 / fanIn;
  return rule === 'lecun' ? 1 / fanIn : undefined;
}

function fillByVariance(
  values: Float32Array,
  distribution: string | undefined,
  variance: number,
  gain: number,
  random: RandomStream,
): void {
  if (distribution === 'uniform') return fillUniform(values, gain * Math.sqrt(3 * variance), random);
  const deviation = gain * Math.sqrt(variance);
  if (distribution === 'normal') fillNormal(values, deviation, random);
  else fillTruncated(values, deviation, random);
}

export function fillUniform(values: Float32Array, limit: number, random: RandomStream): void {
  for (let i = 0; i < values.length; i++) values[i] = limit * (2 * random.uniform() - 1);
}

// Not truncated, as in PyTorch; Keras cuts at two standard deviations.
export function fillNormal(values: Float32Array, deviation: number, random: RandomStream): void {
  for (let i = 0; i < values.length; i++) values[i] = deviation * random.normal();
}

/** The deviation of a normal distribution that is cut at two deviations. */
const truncatedDeviation = 0.87962566103423978;

/** Draws beyond two deviations are drawn again; what is left has the deviation asked for, as in Keras. */
function fillTruncated(values: Float32Array, deviation: number, random: RandomStream): void {
  const scale = deviation / truncatedDeviation;
  for (let i = 0; i < values.length; i++) {
    let draw = random.normal();
    while (Math.abs(draw) > 2) draw = random.normal();
    values[i] = scale * draw;
  }
}

function fillOrthogonal(values: Float32Array, rows: number, columns: number, gain: number, random: RandomStream): void {
  const matrix = orthonormalMatrix(rows, columns, () => random.normal());
  for (let i = 0; i < values.length; i++) values[i] = gain * matrix[i]!;
}

function fillIdentity(values: Float32Array, rows: number, columns: number, gain: number): void {
  for (let i = 0; i < Math.min(rows, columns); i++) values[i * columns + i] = gain;
}

function forEachBlock(
  values: Float32Array,
  { rows, columns, blocks }: Matrix,
  fill: (block: Float32Array, rows: number) => void,
): void {
  const rowsOfBlock = rows / blocks;
  for (let block = 0; block < blocks; block++) {
    const start = block * rowsOfBlock * columns;
    fill(values.subarray(start, start + rowsOfBlock * columns), rowsOfBlock);
  }
}
