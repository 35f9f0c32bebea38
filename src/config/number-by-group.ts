// A number, or numbers by parameter group: `0.01`, `recurrent=0.01`, `0.01,bias=0`; in a config file a map as well.
import { z } from 'zod';
import type { ByGroup } from '../optim/by-group.js';
import { parameterGroups } from '../tensor/layout.js';
import { nonNegativeNumber, type ValueType } from './value-types.js';

const keys = [...parameterGroups, 'others'] as const;
const number = nonNegativeNumber.schema;
const byGroup = z.partialRecord(z.enum(keys), number);

/** Splits `0.01,bias=0` into pairs; undefined where a part is no pair or a group comes twice. */
function splitGroups(text: string): Record<string, string> | undefined {
  const pairs = text.split(',').map((part) => {
    const [key, value] = part.includes('=') ? part.split('=') : ['others', part];
    return [(key ?? '').trim(), (value ?? '').trim()] as const;
  });
  const groups = Object.fromEntries(pairs);
  return Object.keys(groups).length === pairs.length ? groups : undefined;
}

const textByGroup = z.string().transform((text, context): unknown => {
  const groups = splitGroups(text);
  if (groups === undefined) context.addIssue('a group comes twice');
  return groups;
});

export const numberByGroup: ValueType<ByGroup> = {
  schema: z.union([number, byGroup, textByGroup.pipe(byGroup)]),
  wanted: `a number of 0 or above, or numbers by group such as 0.01,bias=0 (groups: ${parameterGroups.join(', ')})`,
  placeholder: 'X[,GROUP=X...]',
  arity: 'one',
};
