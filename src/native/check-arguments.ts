// What native/addon.cc checks for Node, checked here for the WebAssembly module, whose memory is filled from here: the same codes
// and words, and sizes whose products would not fit the module's 32 bits.
import { BridleError, exitCodes } from '../errors.js';
import type { NativeInputs, NativeShape, NativeShard } from './addon.js';

/** Rows times steps of a run. */
const mostPlaces = 2 ** 30;
/** A pointer has 32 bits; some memory is the module's own. */
export const mostBytes = 2 ** 32 - 2 ** 20;

export function badArgument(message: string): BridleError {
  return new BridleError('NATIVE_ARGUMENT', message, exitCodes.unexpected);
}

export function badBatch(message: string): BridleError {
  return new BridleError('NATIVE_BATCH', message, exitCodes.unexpected);
}

export function noMemory(): BridleError {
  const message = "There is no memory left for the network's values; use fewer or shorter rows.";
  return new BridleError('NATIVE_MEMORY', message, exitCodes.unexpected);
}

/** String() itself throws for some values: an array whose buffer was handed away. */
function spell(value: unknown): string {
  return typeof value === 'number' ? String(value) : `a value of type ${typeof value}`;
}

export function checkInteger(value: number, name: string, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw badArgument(`${name} must be a whole number from ${least} to ${most}, got ${spell(value)}.`);
}

function checkBoolean(value: boolean, name: string): void {
  if (typeof value !== 'boolean') throw badArgument(`${name} must be true or false, got ${spell(value)}.`);
}

function checkObject(value: object, name: string): void {
  if (typeof value !== 'object' || value === null) throw badArgument(`${name} must be an object, got ${spell(value)}.`);
}

export function checkList(value: readonly unknown[], name: string): void {
  if (!Array.isArray(value)) throw badArgument(`${name} must be an array.`);
}

/** Checks a network's shape, and that its weights fit the module's memory, which holds them more than once. */
export function checkShape(shape: NativeShape): void {
  checkObject(shape, "The network's shape");
  const { layers, hasIds, inputSize, embeddingSize, hiddenSize, directions, outputSize } = shape;
  const most = 2 ** 20;
  checkInteger(shape.cell, 'cell', 0, 3);
  checkInteger(shape.loss, 'loss', 0, 2);
  checkBoolean(hasIds, 'hasIds');
  checkBoolean(shape.isPerStep, 'isPerStep');
  checkInteger(embeddingSize, 'embeddingSize', 0, hasIds ? most : 0);
  checkInteger(directions, 'directions', 1, 2);
  if (!(typeof shape.dropout === 'number' && shape.dropout >= 0 && shape.dropout < 1))
    throw badArgument('dropout must be from 0 to below 1.');
  checkInteger(layers, 'layers', 1, 1024);
  checkInteger(inputSize, 'inputSize', 1, most);
  checkInteger(hiddenSize, 'hiddenSize', 1, most / 4);
  checkInteger(outputSize, 'outputSize', 1, most);
  const width = directions * hiddenSize;
  const ofLayers = width * (4 * Math.max(inputSize, embeddingSize) + 4 * layers * (width + hiddenSize));
  const mostParams = ofLayers + width * outputSize + inputSize * embeddingSize;
  if (16 * mostParams > mostBytes) throw noMemory();
}

/** Checks the shards of a run; what their values are, the module checks. */
export function checkShards(shape: NativeShape, shards: readonly NativeShard[], hasKeys: boolean): void {
  for (const shard of shards) {
    checkInputs(shape, shard);
    checkTargets(shape, shard);
    if ((shard.carried !== undefined) !== (shards[0]!.carried !== undefined))
      throw badBatch('Either all shards have a carried state or none has.');
    if (hasKeys) checkArray(shard.dropoutKeys, Uint32Array, (shape.layers - 1) * shard.rows * 2, 'dropoutKeys');
  }
  checkPlaces(
    shape,
    shards.reduce((sum, { rows, steps }) => sum + rows * steps, 0),
  );
}

/** Counts the outputs of a shard, whose sizes are checked. */
export function countOutputs(shape: NativeShape, shard: NativeInputs): number {
  checkInputs(shape, shard);
  checkPlaces(shape, shard.rows * shard.steps);
  return (shape.isPerStep ? shard.rows * shard.steps : shard.rows) * shape.outputSize;
}

function checkPlaces(shape: NativeShape, places: number): void {
  if (places > mostPlaces) throw badBatch('rows * steps of all shards must be at most 2^30.');
  // No array of the module is longer than this; it computes their sizes in 32 bits.
  const widest = Math.max(16 * shape.hiddenSize, shape.inputSize, shape.embeddingSize, shape.outputSize) + 64;
  if (4 * widest * places > mostBytes) throw noMemory();
}

function checkCarried(shape: NativeShape, { rows, carried }: NativeInputs): void {
  if (carried === undefined) return;
  if (shape.directions === 2) throw badBatch('A network that runs both ways has no state to start from.');
  const states = shape.cell === 1 ? 2 : 1;
  checkArray(carried, Float32Array, shape.layers * states * rows * shape.hiddenSize, 'carried');
}

function checkInputs(shape: NativeShape, shard: NativeInputs): void {
  checkObject(shard, 'A shard');
  const { rows, steps, lengths, inputs } = shard;
  checkInteger(rows, 'rows', 0, 2 ** 24);
  checkInteger(steps, 'steps', 0, 2 ** 24);
  const places = rows * steps;
  if (places > mostPlaces) throw badBatch('rows * steps must be at most 2^30.');
  checkArray(lengths, Int32Array, rows, 'lengths');
  lengths.forEach((length, row) => {
    if (length < 0 || length > steps) throw badBatch(`Row ${row} has length ${length}, wanted 0 to ${steps}.`);
  });
  if (shape.hasIds) checkArray(inputs, Int32Array, places, 'inputs');
  else checkArray(inputs, Float32Array, places * shape.inputSize, 'inputs');
  checkCarried(shape, shard);
}

function checkTargets(shape: NativeShape, { rows, steps, targets }: NativeShard): void {
  const numTargets = shape.isPerStep ? rows * steps : rows;
  if (shape.loss === 0) checkArray(targets, Int32Array, numTargets, 'targets');
  else checkArray(targets, Float32Array, numTargets * shape.outputSize, 'targets');
}

type TypedArrayClass = typeof Int32Array | typeof Uint32Array | typeof Float32Array | typeof Float64Array;

export function checkArray(value: unknown, type: TypedArrayClass, count: number, name: string): void {
  if (value instanceof type && value.length === count) return;
  const got = ArrayBuffer.isView(value) && 'length' in value ? String(value.length) : 'something else';
  throw badBatch(`${name} must be a typed array of ${count} values of its type, got ${got}.`);
}
