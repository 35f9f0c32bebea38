// The public face of the package. Importing it loads no tfjs and starts nothing.
export {
  BridleError,
  CheckpointError,
  ConfigError,
  NumericalError,
  ProtocolError,
  TransportError,
  exitCodes,
  type ExitCode,
} from './errors.js';
export type {
  CheckpointEvent,
  CommittedEvent,
  DoneEvent,
  ErrorEvent,
  EvaluatedEvent,
  ListeningEvent,
  NonFiniteEvent,
  RunEvent,
  StartedEvent,
  WaitingEvent,
  WarningEvent,
  WorkerJoinedEvent,
  WorkerLostEvent,
} from './metrics/events.js';
export type { BackendChoice, OnNonFinite, RunLocation, TrainingOptions } from './coordinator/training-options.js';
export type { CommitRecord } from './checkpoint/commit-log.js';
export type { RunRecord } from './checkpoint/run-folder.js';
export { defineData, type DataDefinition, type DataExample, type DataSplit, type OwnData } from './data/define-data.js';
export { evaluate, loadModel } from './library/use-model.js';
export type { EvaluateOptions, Evaluation, FilePrediction, LoadOptions, Model } from './library/model.js';
export type { GenerateOptions } from './inference/generate-options.js';
export type { Sequence } from './inference/encode-inputs.js';
export type { SequencePrediction } from './inference/decode-outputs.js';
export { readRun, type StoredCheckpoint, type StoredRun } from './library/read-run.js';
export { defineConfig, type CoordinatorConfig, type TrainConfig, type WorkerConfig } from './library/train-config.js';
export type { Followed, TrainOptions } from './library/follow.js';
export { coordinate, train, type Run, type RunMetrics, type RunResult } from './library/train.js';
export { work, type Work, type WorkResult } from './library/work.js';
