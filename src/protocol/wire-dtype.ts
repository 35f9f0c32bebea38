// The number formats that gradients may have on the wire (--wire). Weights are always float32.
import type { FrameDtype } from './frame.js';

export const wireDtypes = ['f32', 'bf16', 'f16', 'int8'] as const satisfies readonly FrameDtype[];
export type WireDtype = (typeof wireDtypes)[number];
/** The formats that a gradient is rounded to before it travels. */
export type LossyDtype = Exclude<WireDtype, 'f32'>;

/** What a worker says in Hello when it can send every format. */
export const wireCapability = 'wire';
