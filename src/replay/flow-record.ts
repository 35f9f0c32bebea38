// What a replay notes on its way: the first value that is not finite, and norms by layer and time step.

/** Who a value belongs to. */
export interface Owner {
  readonly exampleId: number;
  readonly shard: number;
}

/** The first value that is not finite, in the order of computation of its example. Layers count from 0, the lowest. */
export interface Break {
  readonly phase: 'weights' | 'input' | 'forward' | 'head' | 'loss' | 'backward';
  /** The layer; of the head, the number of layers. */
  readonly layer: number;
  readonly timeStep: number;
  readonly value: number;
  readonly exampleId: number | undefined;
  readonly shard: number | undefined;
  /** `weights`: the tensor. */
  readonly tensor?: string;
}

/** Of one layer and direction, by time step: means over the examples that have the step. */
export interface LayerFlow {
  readonly layer: number;
  readonly direction: number;
  /** ||h_t||, of both directions together, with the first direction. */
  readonly hiddenNorms: readonly number[];
  /** ||dL/dh_t||, of the examples' own losses. */
  readonly gradNorms: readonly number[];
  /** ||dL/dc_t||; of cells without a c, 0. */
  readonly cellGradNorms: readonly number[];
  /** Shares of the values of dL/dh_t, as float32. */
  readonly zeroGradients: number;
  readonly subnormalGradients: number;
}

interface Place {
  readonly layer: number;
  readonly direction: number;
  readonly step: number;
}

class Means {
  readonly #sums: number[] = [];
  readonly #counts: number[] = [];

  add(step: number, value: number): void {
    this.#sums[step] = (this.#sums[step] ?? 0) + value;
    this.#counts[step] = (this.#counts[step] ?? 0) + 1;
  }

  values(): number[] {
    return Array.from(this.#sums, (sum, step) => sum / (this.#counts[step] ?? 1));
  }
}

/** What one direction of one layer was given, over all examples. */
class Gradients {
  readonly hidden = new Means();
  readonly cell = new Means();
  count = 0;
  zeros = 0;
  subnormals = 0;

  add(step: number, hiddenGrad: Float32Array, cellGrad: Float32Array): void {
    this.hidden.add(step, normOf(hiddenGrad));
    this.cell.add(step, normOf(cellGrad));
    this.count += hiddenGrad.length;
    for (const value of hiddenGrad) {
      if (value === 0) this.zeros += 1;
      else if (Math.abs(value) < smallestNormal) this.subnormals += 1;
    }
  }
}

const smallestNormal = 2 ** -126;

export class FlowRecord {
  firstBreak: Break | undefined;
  readonly #hidden = new Map<number, Means>();
  readonly #grads = new Map<string, Gradients>();

  checkParams(tensors: ReadonlyMap<string, Float32Array>): void {
    for (const [tensor, values] of tensors) {
      const value = values.find((candidate) => !Number.isFinite(candidate));
      if (value === undefined) continue;
      this.firstBreak ??= {
        phase: 'weights',
        layer: 0,
        timeStep: 0,
        value,
        exampleId: undefined,
        shard: undefined,
        tensor,
      };
    }
  }

  check(phase: Break['phase'], layer: number, timeStep: number, values: ArrayLike<number>, owner: Owner): void {
    if (this.firstBreak) return;
    const value = Array.from(values).find((candidate) => !Number.isFinite(candidate));
    if (value !== undefined) this.firstBreak = { phase, layer, timeStep, value, ...owner };
  }

  forward(layer: number, step: number, hidden: Float32Array, owner: Owner): void {
    this.check('forward', layer, step, hidden, owner);
    meansOf(this.#hidden, layer).add(step, normOf(hidden));
  }

  backward({ layer, direction, step }: Place, hiddenGrad: Float32Array, cellGrad: Float32Array, owner: Owner): void {
    this.check('backward', layer, step, hiddenGrad, owner);
    const key = `${layer}/${direction}`;
    const grads = this.#grads.get(key) ?? new Gradients();
    this.#grads.set(key, grads);
    grads.add(step, hiddenGrad, cellGrad);
  }

  layers(): LayerFlow[] {
    const flows = [...this.#grads].map(([key, grads]): LayerFlow => {
      const [layer = 0, direction = 0] = key.split('/').map(Number);
      const hiddenNorms = direction === 0 ? meansOf(this.#hidden, layer).values() : [];
      return {
        layer,
        direction,
        hiddenNorms,
        gradNorms: grads.hidden.values(),
        cellGradNorms: grads.cell.values(),
        zeroGradients: grads.zeros / grads.count,
        subnormalGradients: grads.subnormals / grads.count,
      };
    });
    return flows.sort((a, b) => a.layer - b.layer || a.direction - b.direction);
  }
}

function meansOf<Key>(map: Map<Key, Means>, key: Key): Means {
  const means = map.get(key) ?? new Means();
  map.set(key, means);
  return means;
}

function normOf(values: Float32Array): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
}
