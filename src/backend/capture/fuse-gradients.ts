// Gradients of tanh and the logistic function, which tfjs writes with three operations each, as the one that TensorFlow has for
// them: dy (1 - y^2) and dy y (1 - y) in one pass over memory.
import { at, type RecordedOperation, type Recording, type Source } from './recording.js';

/** Returns the operations of `recording` with such products replaced; what nothing reads any more, TensorFlow leaves out. */
export function fuseGradients(recording: Recording): RecordedOperation[] {
  return recording.operations.map((operation) => fuse(recording, operation) ?? operation);
}

function fuse(recording: Recording, operation: RecordedOperation): RecordedOperation | undefined {
  for (const [slope, gradient] of bothWays(operation, 'Mul')) {
    const found = findTanh(recording, slope) ?? findSigmoid(recording, slope);
    if (found === undefined) continue;
    const shape = JSON.stringify(operation.outputs[0]?.shape);
    // A product spreads its smaller operand over the larger one, the fused operation does not.
    if (shapeOf(recording, found.y) !== shape || shapeOf(recording, gradient) !== shape) continue;
    return { ...operation, name: found.name, inputs: [found.y, gradient] };
  }
  return undefined;
}

/** 1 - y^2 */
function findTanh(recording: Recording, slope: Source): { name: string; y: Source } | undefined {
  const square = oneMinus(recording, slope);
  const y = square && operationAt(recording, square, 'Square')?.inputs[0];
  return y && { name: 'TanhGrad', y };
}

/** y (1 - y) */
function findSigmoid(recording: Recording, slope: Source): { name: string; y: Source } | undefined {
  for (const [rest, y] of bothWays(operationAt(recording, slope, 'Mul'), 'Mul')) {
    const other = oneMinus(recording, rest);
    if (other && JSON.stringify(other) === JSON.stringify(y)) return { name: 'SigmoidGrad', y };
  }
  return undefined;
}

/** The x of 1 - x. */
function oneMinus(recording: Recording, source: Source): Source | undefined {
  const [one, x] = operationAt(recording, source, 'Sub')?.inputs ?? [];
  if (one?.kind !== 'constant') return undefined;
  const { values } = at(recording.constants, one.index);
  return values.length === 1 && values[0] === 1 ? x : undefined;
}

function bothWays(operation: RecordedOperation | undefined, name: string): [Source, Source][] {
  const [first, second] = operation?.name === name ? operation.inputs : [];
  if (!first || !second) return [];
  return [
    [first, second],
    [second, first],
  ];
}

function operationAt({ operations }: Recording, source: Source, name: string): RecordedOperation | undefined {
  if (source.kind !== 'operation') return undefined;
  const operation = at(operations, source.index);
  return operation.name === name ? operation : undefined;
}

function shapeOf(recording: Recording, source: Source): string {
  if (source.kind === 'operation') {
    return JSON.stringify(at(at(recording.operations, source.index).outputs, source.output).shape);
  }
  if (source.kind === 'constant') return JSON.stringify(at(recording.constants, source.index).shape);
  const input = recording.inputs.get(source.name);
  return JSON.stringify(typeof input === 'object' ? input.shape : []);
}
