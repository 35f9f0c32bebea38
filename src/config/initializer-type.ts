// The value of --initializer and its like: a name, or a name and a gain.
import { z } from 'zod';
import { type Initializer, initializerNames } from '../params/initializer.js';
import type { ValueType } from './value-types.js';

function isInitializer(text: string): text is Initializer {
  const [name, gain, ...rest] = text.split(':');
  const isNumber = gain === undefined || (/^(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(gain) && Number(gain) > 0);
  return rest.length === 0 && isNumber && initializerNames.some((known) => known === name);
}

export const initializer: ValueType<Initializer> = {
  schema: z.string().refine(isInitializer) as unknown as z.ZodType<Initializer>,
  wanted: `one of ${initializerNames.join(', ')}, with a gain if wanted (orthogonal:0.9)`,
  placeholder: 'NAME[:GAIN]',
  arity: 'one',
};
