// --diagnose: looks at the weights every so many steps, in a thread beside the run. Reads the run's state, changes none of it.
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { SavedShard } from '../checkpoint/saved-step.js';
import type { Diagnosis } from '../metrics/diagnosis.js';
import type { DiagnosisEvent, WarningEvent } from '../metrics/events.js';
import { batchesOfStep } from './batches-of-step.js';
import type { DiagnosisRequest } from './diagnosis-thread.js';
import type { RunPlan } from './run-plan.js';
import { requireBuiltIn } from '../params/own-model-spec.js';

/** Examples that a diagnosis looks at: the first of the step's batch. */
const numExamples = 8;
const deadlineMs = 60_000;

/** Assembles the examples that a diagnosis of the weights after `step` steps looks at: the first of the next step's batch. */
export function diagnosedExamples(plan: RunPlan, step: number): SavedShard[] {
  let left = numExamples;
  return batchesOfStep(plan, step).flatMap(({ exampleIds, ...rest }) => {
    const taken = exampleIds.slice(0, left);
    left -= taken.length;
    return taken.length === 0 ? [] : [{ ...rest, exampleIds: taken }];
  });
}

export interface DiagnoserOptions {
  readonly plan: RunPlan;
  /** Steps between diagnoses. */
  readonly every: number;
  readonly onEvent: (event: DiagnosisEvent | WarningEvent) => void;
}

export class Diagnoser {
  readonly #options: DiagnoserOptions;
  #last: Promise<void> = Promise.resolve();

  constructor(options: DiagnoserOptions) {
    this.#options = options;
  }

  /** Diagnoses the weights after `step` if that is due. Resolves when the one before is done: the run cannot leave them behind. */
  observe(step: number, params: Float32Array): Promise<void> {
    const { plan, every } = this.#options;
    if (step % every !== 0) return Promise.resolve();
    const before = this.#last;
    const model = requireBuiltIn(plan.model, '--diagnose');
    const request = { model, params: params.slice(), shards: diagnosedExamples(plan, step) };
    this.#last = before.then(() => this.#diagnose(step, request));
    return before;
  }

  /** Waits for the last diagnosis. */
  close(): Promise<void> {
    return this.#last;
  }

  async #diagnose(step: number, request: DiagnosisRequest): Promise<void> {
    const { onEvent } = this.#options;
    try {
      onEvent({ event: 'diagnosis', step, ...(await diagnoseInThread(request)) });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      const message = `The diagnosis after step ${step} failed (${reason}). The run goes on.`;
      onEvent({ event: 'warning', code: 'DIAGNOSIS_FAILED', message });
    }
  }
}

async function diagnoseInThread(request: DiagnosisRequest): Promise<Diagnosis> {
  const thread = new Worker(new URL('./diagnosis-thread.js', import.meta.url), { workerData: request });
  const signal = AbortSignal.timeout(deadlineMs);
  try {
    const [diagnosis] = (await once(thread, 'message', { signal })) as [Diagnosis];
    return diagnosis;
  } finally {
    await thread.terminate();
  }
}
