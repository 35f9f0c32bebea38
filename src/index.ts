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
