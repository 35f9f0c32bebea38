// What a data set holds, as a value: it travels to the workers, and the model is made from it.

/** Dense inputs are stored as `dtype` and used as float32 `value * scale` (one rounding); ids are stored as uint16. */
export type InputSpec =
  | { readonly kind: 'dense'; readonly dtype: 'u8' | 'f32'; readonly features: number; readonly scale: number }
  | { readonly kind: 'ids'; readonly vocabulary: number };

/**
 * `class`: an integer below `classes` (stored as uint16). `value`: `size` float32 numbers. `keys`: which of `size` keys are
 * on, each 0 or 1 (stored as uint8, float32 in a batch). One per sequence or one per step.
 */
export type TargetSpec =
  | { readonly kind: 'class'; readonly classes: number; readonly per: 'sequence' | 'step' }
  | { readonly kind: 'value' | 'keys'; readonly size: number; readonly per: 'sequence' | 'step' };

export interface DataSpec {
  readonly name: string;
  readonly inputs: InputSpec;
  readonly targets: TargetSpec;
  /** The longest sequence, in steps. */
  readonly maxLength: number;
}
