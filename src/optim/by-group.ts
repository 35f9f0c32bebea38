// A number for each group of parameters: weight decay and penalties differ between matrices and biases.
import type { Layout, ParameterGroup } from '../tensor/layout.js';

/** One number for all groups, or numbers by group; `others` stands for those that are not named, and is 0 if left out. */
export type ByGroup = number | Readonly<Partial<Record<ParameterGroup | 'others', number>>>;

/** Looks up the number of one group. */
export function valueOfGroup(values: ByGroup, group: ParameterGroup): number {
  return typeof values === 'number' ? values : (values[group] ?? values.others ?? 0);
}

/** The parameters from `start` to `end` share one value. */
export interface GroupRange {
  readonly start: number;
  readonly end: number;
  readonly value: number;
}

/** Cuts a flat vector of `size` values into ranges of one value each, as few as there can be. A number needs no layout. */
export function rangesByGroup(values: ByGroup, size: number, layout: Layout | undefined): GroupRange[] {
  if (typeof values === 'number' || layout === undefined) {
    return [{ start: 0, end: size, value: typeof values === 'number' ? values : (values.others ?? 0) }];
  }
  const ranges: GroupRange[] = [];
  for (const { offset, size: length, group } of layout.tensors) {
    const value = valueOfGroup(values, group);
    const last = ranges.at(-1);
    if (last?.value === value) ranges[ranges.length - 1] = { ...last, end: offset + length };
    else ranges.push({ start: offset, end: offset + length, value });
  }
  return ranges;
}
