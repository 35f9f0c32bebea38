// What a program says when it wants text.
export interface GenerateOptions {
  /** What the text goes on from; by default a new line, or the first character that the model knows. */
  readonly prompt?: string;
  /** Characters to generate, after the prompt; 500 by default. */
  readonly length?: number;
  /** Divides the logits, 1 by default: below it likely characters become likelier; 0 always takes the likeliest. */
  readonly temperature?: number;
  /** Equal seeds give equal texts, for equal weights and backend; 42 by default. */
  readonly seed?: number;
}
