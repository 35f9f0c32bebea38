// The states in which rows start and end, for windows of streams (truncated backpropagation) and for text that is written character by
// character: [layers, states, rows, H] of a batch, h and c of an LSTM, as the tensors of a stack.
import type { Tensor2D, Tensor3D } from '@tensorflow/tfjs';
import type { InputBatch } from '../data/shard-batch.js';
import { ConfigError } from '../errors.js';
import { carriedSize, type ModelSpec } from '../params/model-spec.js';
import { flattenSteps } from './places.js';
import type { LayerTrace } from './recurrent-layers.js';
import type { StackTensors } from './stack-tensors.js';
import type { Tfjs } from './tfjs.js';

/** [layer][state], each [rows, H]; states are h, and c of an LSTM. */
export type CarriedTensors = readonly (readonly Tensor2D[])[];

/** Refuses a state that the model cannot start from. Throws `CARRIED_STATE`. */
export function checkCarried(spec: ModelSpec, { carried, rows }: InputBatch): void {
  if (!carried) return;
  const wanted = carriedSize(spec, rows);
  if (carried.length !== wanted) {
    throw new ConfigError('CARRIED_STATE', `carried must hold ${wanted} values, got ${carried.length}.`);
  }
  if (!spec.bidirectional && spec.norm !== 'batch-step') return;
  const why = spec.bidirectional ? 'runs both ways' : 'has statistics of each time step, counted from the start';
  throw new ConfigError('CARRIED_STATE', `The model ${why}: it starts from zero alone.`);
}

/** Lays the states of shards side by side: [layer][state], each [rows of the stack * H]. */
export function stackStates(spec: ModelSpec, shards: readonly InputBatch[], stackRows: number): Float32Array[][] {
  const { layers, hiddenSize } = spec;
  return Array.from({ length: layers }, (_, layer) =>
    Array.from({ length: numStates(spec) }, (__, state) => {
      const stacked = new Float32Array(stackRows * hiddenSize);
      shards.forEach((shard, index) =>
        stacked.set(stateOf(spec, shard, layer, state), index * shard.rows * hiddenSize),
      );
      return stacked;
    }),
  );
}

/** [rows] the last valid step of each row, as step * rows of the stack + row; a row without steps points at its first. */
export function endsOfRows(shards: readonly InputBatch[], stackRows: number): Int32Array {
  const ends = Int32Array.from({ length: stackRows }, (_, row) => row);
  shards.forEach(({ lengths, rows }, index) => {
    lengths.forEach((length, row) => {
      const column = index * rows + row;
      ends[column] = Math.max(0, length - 1) * stackRows + column;
    });
  });
  return ends;
}

/** The states in which rows have ended. */
export function endedStates(tf: Tfjs, { ends }: StackTensors, traces: readonly LayerTrace[]): CarriedTensors {
  return traces.map(({ directions }) => {
    const { hidden, cell } = directions[0]!.recurrence;
    const states: Tensor3D[] = cell ? [hidden, cell] : [hidden];
    return states.map((state) => tf.gather(flattenSteps(tf, state), ends!));
  });
}

/** Reads the states of shard `index` back; a row without steps stays where it was. */
export function readStates(spec: ModelSpec, ended: CarriedTensors, batch: InputBatch, index: number): Float32Array {
  const { rows, lengths } = batch;
  const { hiddenSize } = spec;
  const read = batch.carried!.slice();
  ended.forEach((states, layer) =>
    states.forEach((tensor, state) => {
      const values = tensor.dataSync();
      const target = stateOf(spec, { rows, carried: read }, layer, state);
      lengths.forEach((length, row) => {
        const first = (index * rows + row) * hiddenSize;
        if (length > 0) target.set(values.subarray(first, first + hiddenSize), row * hiddenSize);
      });
    }),
  );
  return read;
}

function numStates({ cell }: ModelSpec): number {
  return cell === 'lstm' ? 2 : 1;
}

/** A view of [rows, H]. */
function stateOf(
  spec: ModelSpec,
  { rows, carried }: Pick<InputBatch, 'rows' | 'carried'>,
  layer: number,
  state: number,
): Float32Array {
  const size = rows * spec.hiddenSize;
  const first = (layer * numStates(spec) + state) * size;
  return carried!.subarray(first, first + size);
}
