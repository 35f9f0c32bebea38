// What the evaluations of a run have come to: told, held against the best so far, and shown to a schedule that follows them.
import type { RunEvent } from '../metrics/events.js';
import { watchPlateau } from '../optim/plateau.js';
import type { ShardScore } from './core/state.js';
import { scoreEvaluation } from './evaluation.js';
import type { RunPlan } from './run-plan.js';

export interface Best {
  readonly loss: number;
  readonly step: number;
}

export interface ScoreboardOptions {
  readonly plan: RunPlan;
  readonly best: Best | undefined;
  /** The last step that was evaluated, 0: none. */
  readonly evaluatedStep: number;
  onEvaluated(event: Extract<RunEvent, { event: 'evaluated' }>): void;
}

export class Scoreboard {
  readonly #options: ScoreboardOptions;
  #best: Best | undefined;
  #evaluatedStep: number;

  constructor(options: ScoreboardOptions) {
    this.#options = options;
    this.#best = options.best;
    this.#evaluatedStep = options.evaluatedStep;
  }

  /** Records the evaluation after `step`; `scalars` are the optimizer's, where a schedule keeps what it has seen. */
  record(step: number, scores: readonly ShardScore[], scalars: Record<string, number>): void {
    const { plan, onEvaluated } = this.#options;
    const { spec, baselines } = plan.dataset;
    const scored = plan.evaluations.map((evaluation) => ({
      split: evaluation.split.name,
      score: scoreEvaluation(spec, evaluation, scores),
    }));
    const loss = scored[0]?.score.loss ?? NaN; // the validation split's where there is one
    const best = Number.isFinite(loss) && (this.#best === undefined || loss < this.#best.loss);
    if (best) this.#best = { loss, step };
    this.#evaluatedStep = step;
    // The evaluation at the end of a run is there for people: a longer run would not have it.
    if (this.#isWatchedAfter(step)) watchPlateau(scalars, loss, plan.schedule);
    const epoch = plan.epochAfter(step);
    for (const { split, score } of scored) {
      const baseline = baselines?.[split];
      onEvaluated({ event: 'evaluated', step, epoch, split, best, ...score, ...(baseline && { baseline }) });
    }
  }

  isBest(step: number): boolean {
    return this.#best?.step === step;
  }

  /** As a checkpoint keeps it. */
  get metrics(): Record<string, number> {
    return {
      ...(this.#best && { bestLoss: this.#best.loss, bestStep: this.#best.step }),
      evaluatedStep: this.#evaluatedStep,
    };
  }

  #isWatchedAfter(step: number): boolean {
    const { schedule, core } = this.#options.plan;
    return schedule.name === 'plateau' && core.evaluateEvery > 0 && step % core.evaluateEvery === 0;
  }
}
