// How a step runs: as it stands, operation by operation, or recorded and replayed (src/backend/captured-runner.ts).

export interface StepRunner {
  /**
   * Runs `step` on `inputs`. Equal keys mean equal steps on inputs of equal shapes. `examples` makes two other sets of inputs
   * of these shapes, all of whose values differ.
   */
  run<Inputs extends object, Outputs extends object>(
    key: string,
    step: (inputs: Inputs) => Outputs,
    inputs: Inputs,
    examples: () => readonly [Inputs, Inputs],
  ): Outputs;
  /** Frees what it keeps between runs. */
  dispose(): void;
}

/** Runs every step as it stands. */
export const eagerRunner: StepRunner = { run: (_key, step, inputs) => step(inputs), dispose: () => undefined };
