// Runs the steps of a model as captured graphs, one for each shape; those not used for longest go when there are too many.
import type { StepRunner } from '../../model/step-runner.js';
import type { Backend } from '../backend.js';
import { capture, type CapturedStep } from './capture.js';

/** Graphs kept at once. One of 100 time steps takes some 30 MB. */
const maxGraphs = 16;

export interface CapturedRunnerOptions {
  /** A step is going to be captured, which takes a second or more. */
  readonly onCapture?: () => void;
  readonly limit?: number;
}

/** Makes a runner with graphs of its own; a step is captured when its key comes for the first time. */
export function createCapturedRunner(
  tf: Backend['tf'],
  { onCapture, limit = maxGraphs }: CapturedRunnerOptions = {},
): StepRunner {
  /** The least recently used first. */
  const graphs = new Map<string, CapturedStep<object, object>>();

  function keep(key: string, graph: CapturedStep<object, object>): void {
    graphs.delete(key);
    graphs.set(key, graph);
    for (const [oldest, old] of graphs) {
      if (graphs.size <= limit) return;
      old.dispose();
      graphs.delete(oldest);
    }
  }

  return {
    run(key, step, inputs, examples) {
      const known = graphs.get(key);
      if (!known) onCapture?.();
      const graph = (known ?? capture(tf, step, examples())) as CapturedStep<typeof inputs, ReturnType<typeof step>>;
      keep(key, graph as unknown as CapturedStep<object, object>);
      return graph.run(inputs);
    },
    dispose() {
      for (const graph of graphs.values()) graph.dispose();
      graphs.clear();
    },
  };
}
