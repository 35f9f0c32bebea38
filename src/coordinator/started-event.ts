// The event that a run begins, or goes on, with: it needs the kernel id, which the first worker fixes.
import { executionOf } from '../backend/kernel-id.js';
import type { StartedEvent } from '../metrics/events.js';
import type { TrainingRunOptions } from './training-run.js';

export function startedEvent(options: TrainingRunOptions, kernelId: string, startStep: number): StartedEvent {
  const { plan, training, runId, runDir, generation } = options;
  return {
    event: 'started',
    runId,
    runDir,
    data: plan.dataset.spec.name,
    shards: training.shards,
    globalBatch: training.globalBatch,
    parameters: plan.layout.size,
    stepsPerEpoch: plan.stepsPerEpoch,
    totalSteps: plan.totalSteps,
    startStep,
    backend: kernelId.split('/')[0] ?? kernelId,
    execution: executionOf(kernelId),
    kernelId,
    generation,
    ...(plan.maxCollectives > 0 && { collectives: plan.maxCollectives }),
  };
}
