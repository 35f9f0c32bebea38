// One base class, one class per reaction, a stable code each. docs/errors.md lists every code; a test holds the two together.

/** Exit codes of the command line. 130 and 143: saved and stopped by a signal. */
export const exitCodes = {
  done: 0,
  unexpected: 1,
  usage: 2,
  limitBroken: 3,
  diverged: 4,
  disconnected: 5,
  checkpoint: 6,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** An error that bridle raises on purpose: `code` is stable, `message` says which input, what was wanted, what came, what to do. */
export class BridleError extends Error {
  readonly code: string;
  readonly exitCode: ExitCode;

  constructor(code: string, message: string, exitCode: ExitCode, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
    this.exitCode = exitCode;
  }
}

/** A flag, a file or a combination that cannot be used. Reaction: refuse before anything starts. */
export class ConfigError extends BridleError {
  constructor(code: string, message: string, options?: ErrorOptions) {
    super(code, message, exitCodes.usage, options);
  }
}

/** A peer broke the contract of the wire. Reaction: close that socket, the run goes on. */
export class ProtocolError extends BridleError {
  constructor(code: string, message: string, options?: ErrorOptions) {
    super(code, message, exitCodes.disconnected, options);
  }
}

/** A connection could not be made or was lost. Reaction: reconnect, within a deadline. */
export class TransportError extends BridleError {
  constructor(code: string, message: string, options?: ErrorOptions) {
    super(code, message, exitCodes.disconnected, options);
  }
}

/** Numbers that must not reach the weights. Reaction: stop before the update. */
export class NumericalError extends BridleError {
  constructor(code: string, message: string, options?: ErrorOptions) {
    super(code, message, exitCodes.diverged, options);
  }
}

/** A checkpoint or log that cannot be written or trusted. Reaction: fall back to the one before it, or stop. */
export class CheckpointError extends BridleError {
  constructor(code: string, message: string, options?: ErrorOptions) {
    super(code, message, exitCodes.checkpoint, options);
  }
}
