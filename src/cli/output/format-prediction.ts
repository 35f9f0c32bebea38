// Predictions as lines: JSON, or rows of a table (RFC 4180).
import type { FilePrediction, Model } from '../../library/model.js';
import { formatJsonLine } from './json-line.js';

/** One JSON line: where the sequence lies, and a prediction, or one for each step. */
export function jsonLine({ spec, targetNames }: Model, { place, values, classes }: FilePrediction): string {
  const rows = values.map((row) =>
    targetNames ? Object.fromEntries(targetNames.map((name, i) => [name, row[i]])) : row,
  );
  const perTarget = <Value>(items: readonly Value[]) => (spec.targetsPer === 'step' ? items : items[0]);
  const fields = classes
    ? { class: perTarget(classes), probabilities: perTarget(rows) }
    : { [spec.loss === 'binary' ? 'probabilities' : 'prediction']: perTarget(rows) };
  return `${formatJsonLine({ place, ...fields })}\n`;
}

/** Rows of a table, one for each target: place, step (from 0, where every step has a target), class, values. */
export function csvLines(model: Model, { place, values, classes }: FilePrediction, withHeader: boolean): string {
  const { spec, targetNames = values[0]?.map((_, i) => `value_${i}`) ?? [] } = model;
  const isPerStep = spec.targetsPer === 'step';
  const header = ['place', ...(isPerStep ? ['step'] : []), ...(classes ? ['class'] : []), ...targetNames];
  const rows = values.map((row, step) => [
    place,
    ...(isPerStep ? [step] : []),
    ...(classes ? [classes[step]] : []),
    ...row,
  ]);
  const lines = withHeader ? [header.map(quote), ...rows] : rows;
  return lines.map((line) => `${line.join(',')}\r\n`).join('');
}

function quote(name: string): string {
  return /[",\r\n]/.test(name) ? `"${name.replaceAll('"', '""')}"` : name;
}
