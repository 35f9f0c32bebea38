// What the collectives of the open step have made so far, as leases bring it piece by piece: batch normalisation's statistics.
import { ProtocolError } from '../errors.js';
import { collectivesOf, widthOf } from '../params/batch-statistics.js';
import type { ModelSpec } from '../params/model-spec.js';

/** A lease's own part of them: the totals from number `firstTotal` on. */
export interface LeaseTotals {
  readonly step: number;
  readonly timeSteps: number;
  readonly firstTotal: number;
  readonly totals: readonly Uint8Array[];
}

export class StepTotals {
  #step = -1;
  #known: Float32Array[] = [];

  /** Takes in what a lease brings, as it comes. Throws ProtocolError `STATISTICS_INVALID`. */
  take(spec: ModelSpec, { step, timeSteps, firstTotal, totals }: LeaseTotals): void {
    if (firstTotal === 0 || step !== this.#step) this.#known = [];
    this.#step = step;
    if (firstTotal > this.#known.length) {
      throw invalid(`totals from number ${firstTotal} on, while ${this.#known.length} are here`);
    }
    const collectives = collectivesOf(spec, timeSteps);
    const taken = totals.map((bytes, i) => {
      const collective = collectives[firstTotal + i];
      const wanted = collective ? 8 * widthOf(spec, collective) : 0;
      if (bytes.length !== wanted)
        throw invalid(`total ${firstTotal + i} with ${bytes.length} bytes, wanted ${wanted}`);
      return new Float32Array(Uint8Array.from(bytes).buffer);
    });
    this.#known = [...this.#known.slice(0, firstTotal), ...taken];
  }

  /** All that a lease computes with. */
  before({ firstTotal, totals }: LeaseTotals): readonly Float32Array[] {
    return this.#known.slice(0, firstTotal + totals.length);
  }
}

function invalid(got: string): ProtocolError {
  return new ProtocolError(
    'STATISTICS_INVALID',
    `A lease came with ${got}. Install the same bridle version on both machines.`,
  );
}
