// What fixes a training run, as the coordinator reads it. The command line and the library resolve their flags to this.
import type { ExecutionChoice } from '../backend/execution.js';
import type { DataOptions } from '../data/load-dataset.js';
import type { ByGroup } from '../optim/by-group.js';
import type { ClipChain } from '../optim/clip.js';
import type { OptimizerOptions } from '../optim/optimizer.js';
import type { ScheduleOptions } from '../optim/schedule.js';
import type { SpikeRule } from '../optim/spike.js';
import type { InitializerOptions } from '../params/initial-params.js';
import type { Cell, LossName, TfjsParts } from '../params/model-spec.js';
import type { WireDtype } from '../protocol/wire-dtype.js';

export type OnNonFinite = 'recompute' | 'exclude' | 'skip' | 'stop';
export type BackendChoice = 'auto' | 'native' | 'tensorflow' | 'wasm' | 'webgpu';

export interface TrainingOptions {
  readonly data: DataOptions;
  /** A module of the user's, or a model.json, in place of the built-in model; what says how that is made is not looked at. */
  readonly model?: string;
  readonly cell: Cell;
  readonly layers: number;
  readonly hiddenSize: number;
  readonly bidirectional?: boolean;
  /** Ids only: values of the vector that is learned for each; undefined: one-hot vectors. */
  readonly embeddingSize?: number;
  /** Between layers; 0: none. */
  readonly dropout?: number;
  /** Normalisation and what is drawn inside the recurrence; what is off is left out. */
  readonly tfjsParts?: TfjsParts;
  /** Undefined: the loss of the data's kind of target. */
  readonly loss?: LossName;
  readonly initializer: InitializerOptions;
  /** A model.safetensors file to start from, PyTorch's names. */
  readonly initFrom?: string;
  /** Train on contiguous streams, window by window, each row going on from the state in which its last window ended. */
  readonly carriesState?: boolean;
  readonly globalBatch: number;
  readonly shards: number;
  readonly dropLast: boolean;
  /** Batches whose sequences are sorted by length together; 0, the default: none. */
  readonly bucket?: number;
  /** Exactly one of the two ends the run. */
  readonly steps?: number;
  readonly epochs?: number;
  readonly seed: number;
  /** Number format of gradients on the wire; undefined: f32. */
  readonly wire?: WireDtype;
  readonly optimizer: OptimizerOptions;
  readonly schedule: ScheduleOptions;
  readonly clip: ClipChain;
  readonly l1: ByGroup;
  readonly l2: ByGroup;
  readonly onNonFinite: OnNonFinite;
  /** What counts as a spike, and what is done about it; undefined: nothing. */
  readonly spikes?: SpikeRule;
  /** Keep the batch and the weights of steps that spike or are not finite. */
  readonly saveSpikes: boolean;
  /** Steps between diagnoses; undefined: none. */
  readonly diagnoseEvery?: number;
  /** Steps between evaluations and checkpoints; undefined: every epoch. The end of the run does both as well. 0: never. */
  readonly evaluateEvery?: number;
  readonly saveEvery?: number;
  /** Checkpoints kept beside the best one. */
  readonly keep: number;
  /** Backend that workers must run; `auto`: the first worker's. */
  readonly backend: BackendChoice;
  readonly execution: ExecutionChoice;
  readonly allowMixedKernels: boolean;
  /** Training starts when so many workers have joined. */
  readonly minWorkers: number;
}

/** The run's folder: new, or one to go on with. */
export interface RunLocation {
  readonly runDir: string;
  readonly resume: boolean;
}
