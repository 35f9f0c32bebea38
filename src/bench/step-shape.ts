// The shapes that `bridle bench step` times: one LSTM and a dense head each, squared error.
import { ConfigError } from '../errors.js';

export interface StepShape {
  /** Time steps of every sequence. */
  readonly length: number;
  readonly globalBatch: number;
  readonly inputSize: number;
  readonly hiddenSize: number;
  readonly layers: number;
}

/** Unless others are asked for: short and long, narrow and wide, a sequence of pixels, two layers. */
export const standardShapes: readonly StepShape[] = [
  '50,64,64,128',
  '100,64,64,256',
  '200,64,2,128',
  '28,128,28,128',
  '50,64,64,512',
  '100,32,128,256,2',
].map(parseShape);

/** Reads `T,BATCH,INPUT,HIDDEN[,LAYERS]`. Throws `BENCH_SHAPE`. */
export function parseShape(text: string): StepShape {
  const numbers = /^\d{1,5}(,\d{1,5}){3,4}$/.test(text) ? text.split(',').map(Number) : [];
  const [length = 0, globalBatch = 0, inputSize = 0, hiddenSize = 0, layers = 1] = numbers;
  if (Math.min(length, globalBatch, inputSize, hiddenSize, layers) >= 1 && globalBatch % 8 === 0)
    return { length, globalBatch, inputSize, hiddenSize, layers };
  const wanted = 'T,BATCH,INPUT,HIDDEN[,LAYERS], whole numbers from 1, the batch a multiple of 8';
  throw new ConfigError('BENCH_SHAPE', `--shapes must be ${wanted}, got "${text}". For example: 50,64,64,128.`);
}

/** Spells a shape as it is read. */
export function spellShape({ length, globalBatch, inputSize, hiddenSize, layers }: StepShape): string {
  return [length, globalBatch, inputSize, hiddenSize, layers].join(',');
}
