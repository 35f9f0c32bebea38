// The value of --data: the name of a data set, or the path of a module that calls defineData.
import { resolve } from 'node:path';
import { z } from 'zod';
import type { ValueType } from './value-types.js';

const names = [
  ...(['mnist-rows', 'text', 'csv', 'parquet', 'jsonl', 'npy', 'adding', 'copy', 'temporal-order'] as const),
  // What a program gave as a value, where its run is written down: no flag can say it.
  'program',
] as const;
export type DataName = (typeof names)[number];
/** An absolute path. */
export type DataModule = `${string}.mjs` | `${string}.js`;

const moduleForm = /\.m?js$/;
const placed = names.filter((name) => name !== 'program');

/** Says whether a value of --data is the path of a module. */
export function isDataModule(data: string): data is DataModule {
  return moduleForm.test(data);
}

export const dataType: ValueType<DataName | DataModule> = {
  schema: z.union([
    z.enum(names),
    z
      .string()
      .regex(moduleForm)
      .transform((path) => resolve(path) as DataModule),
  ]),
  wanted: `one of ${placed.join(', ')}, or the path of a module that calls defineData (.mjs, .js)`,
  placeholder: `${placed.join('|')}|FILE.mjs`,
  arity: 'one',
  isPath: isDataModule,
};
