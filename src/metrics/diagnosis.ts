// What a look at a network's recurrence finds, as plain values: docs/diagnostics.md says how each is taken.

export type FlowState = 'exploding' | 'healthy' | 'vanishing';

export interface GradientFlow {
  readonly state: FlowState;
  /** Steps back from the loss at which the norm first is a hundred times, or a hundredth of, what it was at the loss; healthy: null. */
  readonly stepsBack: number | null;
  /** Slope of ln ||dL/dh|| over the steps back: above 0 the gradient grows. NaN with fewer than two norms above 0. */
  readonly logSlope: number;
  /** Steps back in which the norm halves, or doubles where it grows: ln 2 over the slope's size. */
  readonly halfLife: number;
}

/** Of a square matrix; the radius is undefined where the matrix is too large to take it. */
export interface Spectrum {
  readonly largestSingularValue: number;
  readonly spectralRadius: number | undefined;
}

export interface GateSaturation {
  readonly gate: string;
  /** Shares of activations, over steps and examples: below 0.1 (tanh: -0.9; relu: 0, dead), and above 0.9. */
  readonly low: number;
  readonly high: number;
}

/** One direction of one layer. */
export interface LayerDiagnosis {
  readonly layer: number;
  readonly direction: number;
  /** By time step, means of the examples' own norms: ||h_t||, ||dL/dh_t||, and for the LSTM ||dL/dc_t||. */
  readonly hiddenNorms: readonly number[];
  readonly hiddenGradNorms: readonly number[];
  readonly cellGradNorms: readonly number[];
  readonly flow: GradientFlow;
  /** The recurrent matrix, gate by gate. */
  readonly recurrent: readonly (Spectrum & { readonly gate: string })[];
  /** The step's Jacobian, along the first example. */
  readonly jacobians: readonly (Spectrum & { readonly timeStep: number })[];
  /** Leading ones first, nats a step, means over the examples. */
  readonly lyapunovExponents: readonly number[];
  readonly gates: readonly GateSaturation[];
  /** Shares of the values of dL/dh_t that are 0, and that are subnormal in float32. */
  readonly zeroGradients: number;
  readonly subnormalGradients: number;
}

export interface Diagnosis {
  readonly examples: number;
  /** Mean over the examined targets. */
  readonly loss: number;
  readonly layers: readonly LayerDiagnosis[];
  readonly verdict: { readonly state: FlowState; readonly text: string; readonly remedies: readonly string[] };
}
