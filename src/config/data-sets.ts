// What each data set of --data takes beside its name: which options have a meaning, and their defaults.
import { isDataModule, type DataName } from './data-type.js';
import type { OptionName, Values } from './schema.js';

const parts = ['dataValidFraction', 'dataTestFraction'] as const;
const table = ['dataPath', 'dataLength', 'dataColumns', 'dataTargets', 'dataHorizon', 'dataScaling', ...parts] as const;

/** The options that each data set reads. */
const optionsOfData: Readonly<Record<DataName, readonly OptionName[]>> = {
  'mnist-rows': [],
  text: ['dataPath', 'dataLength'],
  csv: table,
  parquet: table,
  jsonl: ['dataPath', 'dataClasses', ...parts],
  npy: ['dataPath', 'dataClasses', ...parts],
  adding: ['dataLength', 'dataMinLength', 'dataExamples'],
  copy: ['dataLength', 'dataExamples'],
  'temporal-order': ['dataLength', 'dataExamples'],
  program: [],
};

/** The options that a value of --data reads; a module says all of itself. */
export function optionsRead(data: Values['data']): readonly OptionName[] {
  return isDataModule(data) ? [] : optionsOfData[data];
}

/** All options that only some data sets read. */
export const dataSetOptions: readonly OptionName[] = [...new Set(Object.values(optionsOfData).flat())];

const lengths: Readonly<Partial<Record<DataName, number>>> = {
  text: 64,
  adding: 50,
  copy: 100,
  'temporal-order': 50,
  csv: 32,
  parquet: 32,
};

/** The default of an option that the data set reads; undefined where it has none. */
export function defaultOfData(name: OptionName, data: Values['data']): unknown {
  if (isDataModule(data) || !optionsOfData[data].includes(name)) return undefined;
  if (name === 'dataLength') return lengths[data];
  const defaults: Partial<Record<OptionName, unknown>> = {
    dataExamples: 20_000,
    dataHorizon: 1,
    dataScaling: 'standard',
    dataValidFraction: 0.1,
    dataTestFraction: 0.1,
  };
  return defaults[name];
}
