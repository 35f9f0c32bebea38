// Two recordings of one step, on other inputs, become one graph: what is equal in both is the step's, what differs must be an input.
import {
  at,
  type RecordedConstant,
  type RecordedOperation,
  type Recording,
  type Refusal,
  type Source,
} from './recording.js';
import type { Values } from './tfjs-binding.js';

/** Constants that hold a named input's values, by index. */
export type AdoptedConstants = ReadonlyMap<number, string>;

/** Compares two recordings of one step; returns which constants are inputs, or why there is no graph. */
export function mergeRecordings(first: Recording, second: Recording): AdoptedConstants | Refusal {
  const length = Math.max(first.operations.length, second.operations.length);
  for (let index = 0; index < length; index++) {
    const [one, other] = [first.operations[index], second.operations[index]];
    const reason = whyDifferent(one, other);
    if (reason !== undefined) return { operation: (one ?? other)?.name ?? 'step', reason };
  }
  const outputs = [first, second].map((recording) =>
    JSON.stringify([...recording.outputs].map(([name, { source }]) => [name, source])),
  );
  if (outputs[0] !== outputs[1])
    return { operation: 'step', reason: 'its outputs come from other operations each time' };
  return adoptConstants(first, second);
}

function whyDifferent(first: RecordedOperation | undefined, second: RecordedOperation | undefined): string | undefined {
  if (first?.name !== second?.name)
    return `in its place is ${second?.name ?? 'nothing'} with other data: the flow depends on data`;
  if (!isEqual(first?.attributes, second?.attributes)) return 'its attributes depend on data';
  if (!isEqual(first?.inputs, second?.inputs)) return 'its inputs come from other operations with other data';
  if (!isEqual(first?.outputs, second?.outputs)) return 'the shape of its result depends on data';
  return undefined;
}

function adoptConstants(first: Recording, second: Recording): AdoptedConstants | Refusal {
  const adopted = new Map<number, string>();
  for (const index of usedConstants(first)) {
    const [constant, other] = [at(first.constants, index), at(second.constants, index)];
    if (
      constant.dtype === other.dtype &&
      isEqual(constant.shape, other.shape) &&
      sameBits(constant.values, other.values)
    )
      continue;
    const input = findInput(first, constant, second, other);
    if (input === undefined) return refuseConstant(first, index);
    adopted.set(index, input);
  }
  return adopted;
}

function usedConstants({ operations, outputs }: Recording): Set<number> {
  const sources = [...operations.flatMap(({ inputs }) => inputs), ...[...outputs.values()].map(({ source }) => source)];
  return new Set(sources.flatMap((source) => (source.kind === 'constant' ? [source.index] : [])));
}

/** The input whose values the constant holds, both times. */
function findInput(
  first: Recording,
  constant: RecordedConstant,
  second: Recording,
  other: RecordedConstant,
): string | undefined {
  return [...first.inputs.keys()].find((name) => holds(first, name, constant) && holds(second, name, other));
}

function holds(recording: Recording, name: string, { shape, values }: RecordedConstant): boolean {
  const input = recording.inputs.get(name);
  if (typeof input === 'number') return shape.length === 0 && values[0] === new (constructorOf(values))([input])[0];
  return input !== undefined && isEqual(input.shape, shape) && sameBits(input.dataSync() as Values, values);
}

function constructorOf(values: Values): Float32ArrayConstructor | Int32ArrayConstructor | Uint8ArrayConstructor {
  return values instanceof Float32Array ? Float32Array : values instanceof Int32Array ? Int32Array : Uint8Array;
}

function refuseConstant(recording: Recording, index: number): Refusal {
  const reads = (source: Source): boolean => source.kind === 'constant' && source.index === index;
  const operation = recording.operations.find(({ inputs }) => inputs.some(reads))?.name ?? 'Const';
  const reason =
    'a constant that it reads differs each time and is no input of the step: it is random, or computed in JavaScript';
  return { operation, reason };
}

function sameBits(first: Values, second: Values): boolean {
  return bytesOf(first).equals(bytesOf(second));
}

function bytesOf({ buffer, byteOffset, byteLength }: Values): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

function isEqual(first: unknown, second: unknown): boolean {
  return JSON.stringify(first) === JSON.stringify(second);
}
