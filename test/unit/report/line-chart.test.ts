import { expect, it } from 'vitest';
import { escapeHtml, formatTable } from '../../../src/report/html-page.js';
import { formatLineChart } from '../../../src/report/line-chart.js';

const chart = (points: readonly (readonly [number, number])[], isLogarithmic = false): string =>
  formatLineChart({ title: 'T', xLabel: 'x', yLabel: 'y', lines: [{ name: 'line', points }], isLogarithmic });
const path = (svg: string): string => /<polyline[^>]* points="([^"]*)"/.exec(svg)?.[1] ?? '';

it('draws values from the left edge to the right, 0 at the bottom', () => {
  expect(path(chart([[0, 0], [1, 5], [2, 10]]))).toBe('84.0,220.0 394.0,116.0 704.0,12.0'); // prettier-ignore
});

it('gives each factor the same height on a logarithmic axis, and leaves out what has no logarithm', () => {
  expect(path(chart([[0, 1], [1, 10], [2, 100], [3, 0], [3, NaN]], true))).toBe('84.0,220.0 394.0,116.0 704.0,12.0'); // prettier-ignore
});

it('draws a single value and equal values without dividing by nothing', () => {
  expect(path(chart([[1, 0]]))).not.toContain('NaN');
  expect(path(chart([[1, 3], [2, 3]], true))).not.toContain('NaN'); // prettier-ignore
});

it('says when nothing was measured', () => {
  expect(chart([])).toContain('Nothing was measured');
});

it('keeps text from becoming markup', () => {
  expect(escapeHtml(`<a b="c" d='e'>&`)).not.toMatch(/[<>"']|&(?!#)/);
  expect(formatTable([['<b>', '&amp;']])).toContain('<th>&#60;b&#62;</th><td>&#38;amp;</td>');
});
