// Takes examples one by one, of which nobody knows yet how many come, and gives them back as a source of blocks.
import type { InputColumn, SplitSource, TargetColumn } from './columns.js';
import { StoredBytes, type PageStore } from './page-store.js';
import { inputItemBytes, inputWidth, targetItemBytes, targetWidth } from './columns.js';
import type { DataSpec } from './data-spec.js';

export class SplitWriter {
  readonly #inputs: StoredBytes;
  readonly #targets: StoredBytes;
  #lengths = new Int32Array(1024);
  #size = 0;

  constructor(store: PageStore) {
    this.#inputs = new StoredBytes(store);
    this.#targets = new StoredBytes(store);
  }

  /** Examples so far. */
  get size(): number {
    return this.#size;
  }

  add(length: number, inputs: InputColumn, targets: TargetColumn): void {
    if (this.#size === this.#lengths.length) {
      const grown = new Int32Array(2 * this.#size);
      grown.set(this.#lengths);
      this.#lengths = grown;
    }
    this.#lengths[this.#size++] = length;
    this.#inputs.append(inputs);
    this.#targets.append(targets);
  }

  /** The examples from `first` up to `end`, which nobody may add to any more. */
  source(spec: DataSpec, first = 0, end = this.#size): SplitSource {
    const lengths = this.#lengths.slice(first, end);
    const starts = stepsBefore(this.#lengths.subarray(0, end)); // bytes beyond 4 GiB: no Uint32Array
    const inputBytes = inputWidth(spec) * inputItemBytes(spec);
    const targetBytes = targetWidth(spec) * targetItemBytes(spec);
    return {
      lengths,
      read: (from, count) => {
        const [start, stop] = [starts[first + from]!, starts[first + from + count]!];
        const [targetStart, targetStop] =
          spec.targets.per === 'step' ? [start, stop] : [first + from, first + from + count];
        return {
          inputs: viewInputs(spec, this.#inputs.read(start * inputBytes, (stop - start) * inputBytes)),
          targets: viewTargets(
            spec,
            this.#targets.read(targetStart * targetBytes, (targetStop - targetStart) * targetBytes),
          ),
        };
      },
    };
  }
}

function stepsBefore(lengths: Int32Array): Float64Array {
  const starts = new Float64Array(lengths.length + 1);
  for (let i = 0; i < lengths.length; i++) starts[i + 1] = starts[i]! + lengths[i]!;
  return starts;
}

function viewInputs(spec: DataSpec, { buffer }: Uint8Array<ArrayBuffer>): InputColumn {
  if (spec.inputs.kind === 'ids') return new Uint16Array(buffer);
  return spec.inputs.dtype === 'u8' ? new Uint8Array(buffer) : new Float32Array(buffer);
}

function viewTargets(spec: DataSpec, { buffer }: Uint8Array<ArrayBuffer>): TargetColumn {
  if (spec.targets.kind === 'class') return new Uint16Array(buffer);
  return spec.targets.kind === 'keys' ? new Uint8Array(buffer) : new Float32Array(buffer);
}
