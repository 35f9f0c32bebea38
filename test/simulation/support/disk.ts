// What survives a coordinator's death: records that were synced, checkpoints that were renamed into place. The rest is lost.
import type { TrainingState } from '../../../src/coordinator/apply-update.js';
import type { Draws } from './random.js';
import type { Timeline } from './timeline.js';

export interface StepRecord {
  readonly step: number;
  readonly digest: string;
  readonly generation: number;
}

export function copyState(state: TrainingState): TrainingState {
  const moments = Object.fromEntries(
    Object.entries(state.optimizer.moments).map(([name, vector]) => [name, vector.slice()]),
  );
  return {
    step: state.step,
    params: state.params.slice(),
    optimizer: {
      moments,
      scalars: { ...state.optimizer.scalars },
      histories: structuredClone(state.optimizer.histories),
    },
  };
}

export class Disk {
  readonly records: StepRecord[] = [];
  checkpoint: TrainingState;
  #unsynced: StepRecord[] = [];
  #isSyncing = false;
  #boots = 0;
  readonly #timeline: Timeline;
  readonly #random: Draws;

  constructor(timeline: Timeline, random: Draws, first: TrainingState) {
    this.#timeline = timeline;
    this.#random = random;
    this.checkpoint = copyState(first);
  }

  get numUnsynced(): number {
    return this.#unsynced.length;
  }

  /** Appends a record; `onSynced` once it is durable, together with what was appended while the sync before it ran. */
  append(record: StepRecord, onSynced: () => void): void {
    this.#unsynced.push(record);
    if (!this.#isSyncing) this.#sync(onSynced);
  }

  #sync(onSynced: () => void): void {
    const boot = this.#boots;
    const group = this.#unsynced.length;
    this.#isSyncing = true;
    this.#timeline.in(this.#random.between(2, 60), () => {
      if (boot !== this.#boots) return;
      this.records.push(...this.#unsynced.splice(0, group));
      this.#isSyncing = false;
      if (this.#unsynced.length > 0) this.#sync(onSynced);
      onSynced();
    });
  }

  /** Writes a checkpoint behind the log; `onWritten` when it is in place. */
  save(state: TrainingState, onWritten: () => void): void {
    const copy = copyState(state);
    const boot = this.#boots;
    const write = (): void => {
      if (boot !== this.#boots) return;
      if (this.#isSyncing) {
        this.#timeline.in(5, write);
        return;
      }
      if (copy.step > this.checkpoint.step) this.checkpoint = copy;
      onWritten();
    };
    this.#timeline.in(this.#random.between(5, 40), write);
  }

  /** The process dies: any number of the unsynced records may have reached the disk all the same, in their order. */
  crash(): void {
    this.#boots += 1;
    this.records.push(...this.#unsynced.slice(0, this.#random.integer(0, this.#unsynced.length)));
    this.#unsynced = [];
    this.#isSyncing = false;
  }
}
