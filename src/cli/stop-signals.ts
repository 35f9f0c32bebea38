// Ctrl-C: the first asks for an orderly end (save and stop), the second ends the process at once.

export type StopSignal = 'SIGINT' | 'SIGTERM';
const stopSignals = ['SIGINT', 'SIGTERM'] as const;
const codes: Readonly<Record<StopSignal, number>> = { SIGINT: 130, SIGTERM: 143 };

export interface SignalSource {
  on(signal: StopSignal, listener: (signal: StopSignal) => void): unknown;
  off(signal: StopSignal, listener: (signal: StopSignal) => void): unknown;
}

export interface StopRequest {
  readonly signal: AbortSignal;
  /** 130 or 143 when a signal came, else undefined. */
  exitCode(): number | undefined;
  /** Takes the listeners away, so that the process can end by itself. */
  release(): void;
}

/** Listens for stop signals. `onFirst` tells the user; `exitNow` ends the process, at the second signal. */
export function listenForStop(
  source: SignalSource,
  onFirst: (signal: StopSignal) => void,
  exitNow: (code: number) => void,
): StopRequest {
  const controller = new AbortController();
  let received: StopSignal | undefined;
  const onSignal = (signal: StopSignal): void => {
    if (received !== undefined) {
      exitNow(codes[signal]);
      return;
    }
    received = signal;
    onFirst(signal);
    controller.abort();
  };
  for (const signal of stopSignals) source.on(signal, onSignal);
  return {
    signal: controller.signal,
    exitCode: () => (received === undefined ? undefined : codes[received]),
    release: () => {
      for (const signal of stopSignals) source.off(signal, onSignal);
    },
  };
}
