// What a trial leaves behind: curves thinned to what a chart can show, the score, the gradient through time, the verdict.
import type { Diagnosis } from '../metrics/diagnosis.js';
import type { RunEvent } from '../metrics/events.js';
import { judgeTrial, type Outcome, type Score, type Verdict } from './judge.js';

export interface Point {
  readonly step: number;
  readonly loss: number;
  readonly gradNorm: number;
}

export interface TrialResult {
  readonly flags: readonly string[];
  readonly verdict: Verdict;
  /** The code and message that ended it early. */
  readonly error: { readonly code: string; readonly message: string; readonly exitCode: number } | undefined;
  readonly steps: number;
  /** Of each stretch of steps the mean loss and the largest norm. */
  readonly curve: readonly Point[];
  readonly firstLoss: number;
  readonly lastLoss: number;
  readonly largestNorm: number;
  readonly clipRate: number;
  readonly score: Score | undefined;
  /** ||dL/dh_t|| of the last layer, at the first weights and at the last that were looked at. */
  readonly flows: readonly { readonly step: number; readonly norms: readonly number[]; readonly text: string }[];
  readonly digest: string | undefined;
  readonly runDir: string | undefined;
  readonly seconds: number;
}

const maxPoints = 240;

/** Gathers a trial's events; `result` judges them. */
export class TrialRecord {
  readonly #losses: number[] = [];
  readonly #norms: number[] = [];
  readonly #diagnoses: (Diagnosis & { readonly step: number })[] = [];
  #clipped = 0;
  #score: Score | undefined;
  #runDir: string | undefined;
  #digest: string | undefined;

  readonly onEvent = (event: RunEvent): void => {
    if (event.event === 'started') this.#runDir = event.runDir;
    if (event.event === 'diagnosis') this.#diagnoses.push(event);
    if (event.event === 'evaluated') this.#score = scoreOf(event);
    if (event.event !== 'committed') return;
    this.#losses.push(event.loss);
    this.#norms.push(event.gradNorm);
    this.#clipped += Number(event.clipCoefficient < 1);
    this.#digest = event.digest;
  };

  result(flags: readonly string[], seconds: number, error?: TrialResult['error']): TrialResult {
    const losses = this.#losses;
    const steps = losses.length;
    const outcome: Outcome = { losses, ...(error && { error }), ...(this.#score && { score: this.#score }) };
    return {
      flags,
      verdict: judgeTrial(outcome),
      error,
      steps,
      curve: thin(losses, this.#norms),
      firstLoss: losses[0] ?? NaN,
      lastLoss: losses.at(-1) ?? NaN,
      largestNorm: this.#norms.reduce((most, norm) => Math.max(most, norm), 0),
      clipRate: steps === 0 ? 0 : this.#clipped / steps,
      score: this.#score,
      flows: this.#flows(),
      digest: this.#digest,
      runDir: this.#runDir,
      seconds,
    };
  }

  #flows(): TrialResult['flows'] {
    const [first, ...later] = this.#diagnoses;
    return [first, later.at(-1)].flatMap((diagnosis) => {
      const top = diagnosis?.layers.findLast(({ direction }) => direction === 0);
      if (diagnosis === undefined || top === undefined) return [];
      return [{ step: diagnosis.step, norms: top.hiddenGradNorms, text: diagnosis.verdict.text }];
    });
  }
}

function scoreOf({ loss, accuracy, natsPerTarget, baseline }: Extract<RunEvent, { event: 'evaluated' }>): Score {
  return {
    loss,
    ...(accuracy !== undefined && { accuracy }),
    ...(natsPerTarget !== undefined && { natsPerTarget }),
    ...(baseline && { baseline: baseline.loss }),
  };
}

function thin(losses: readonly number[], norms: readonly number[]): Point[] {
  const width = Math.max(1, Math.ceil(losses.length / maxPoints));
  return Array.from({ length: Math.ceil(losses.length / width) }, (_, i): Point => {
    const part = losses.slice(i * width, (i + 1) * width);
    return {
      step: Math.min(losses.length, (i + 1) * width),
      loss: part.reduce((sum, loss) => sum + loss, 0) / part.length,
      gradNorm: Math.max(...norms.slice(i * width, (i + 1) * width)),
    };
  });
}
