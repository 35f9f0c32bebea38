// What a watcher knows of a run, as a value: each event gives the next view.
import type { CommittedEvent, EvaluatedEvent, RunEvent, StartedEvent } from '../../metrics/events.js';

export interface RunView {
  readonly started?: StartedEvent;
  readonly workers: number;
  readonly last?: CommittedEvent;
  readonly evaluated?: EvaluatedEvent;
  readonly best?: EvaluatedEvent;
  /** Steps of this epoch seen so far, the sum of their losses and how many were clipped; like Keras, the means start anew with each epoch. */
  readonly epochSteps: number;
  readonly lossSum: number;
  readonly clippedSteps: number;
  /** When the first step of this session was committed, in milliseconds, and which it was. */
  readonly firstCommit?: { readonly step: number; readonly atMs: number };
}

export const emptyView: RunView = { workers: 0, epochSteps: 0, lossSum: 0, clippedSteps: 0 };

/** The epoch of a step that is done, counted from 1. */
export function epochOf(step: number, stepsPerEpoch: number): number {
  return stepsPerEpoch > 0 ? Math.floor(Math.max(0, step - 1) / stepsPerEpoch) + 1 : 1;
}

function onCommitted(view: RunView, event: CommittedEvent, nowMs: number): RunView {
  const stepsPerEpoch = view.started?.stepsPerEpoch ?? 0;
  const isSameEpoch =
    view.last !== undefined && epochOf(view.last.step, stepsPerEpoch) === epochOf(event.step, stepsPerEpoch);
  const clipped = event.clipCoefficient < 1 ? 1 : 0;
  return {
    ...view,
    last: event,
    epochSteps: (isSameEpoch ? view.epochSteps : 0) + 1,
    lossSum: (isSameEpoch ? view.lossSum : 0) + event.loss,
    clippedSteps: (isSameEpoch ? view.clippedSteps : 0) + clipped,
    firstCommit: view.firstCommit ?? { step: event.step, atMs: nowMs },
  };
}

/** Returns the view after an event. */
export function observe(view: RunView, event: RunEvent, nowMs: number): RunView {
  switch (event.event) {
    case 'started':
      return { ...view, started: event };
    case 'worker-joined':
    case 'worker-lost':
      return { ...view, workers: event.workers };
    case 'committed':
      return onCommitted(view, event, nowMs);
    case 'evaluated':
      return { ...view, evaluated: event, ...(event.best ? { best: event } : {}) };
    default:
      return view;
  }
}

/** Estimates the seconds to the end of the run; undefined before two steps were seen. */
export function secondsLeft(view: RunView, nowMs: number): number | undefined {
  const { started, last, firstCommit } = view;
  if (!started || !last || !firstCommit || last.step <= firstCommit.step) return undefined;
  const secondsPerStep = (nowMs - firstCommit.atMs) / 1000 / (last.step - firstCommit.step);
  return Math.max(0, started.totalSteps - last.step) * secondsPerStep;
}
