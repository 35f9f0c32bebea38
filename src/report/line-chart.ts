// A line chart as inline SVG: no script, no font, no colour that a dark page would swallow. Axes linear or logarithmic.
import { escapeHtml } from './html-page.js';

export interface Line {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

export interface ChartOptions {
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly lines: readonly Line[];
  readonly isLogarithmic?: boolean;
}

const [width, height] = [720, 260];
const margin = { left: 84, right: 16, top: 12, bottom: 40 };
const colours = ['#3b7dd8', '#d8703b', '#4c9a5b', '#a05fc4', '#c0392b', '#1f9aa6', '#b58900', '#d0519b', '#7f8c8d'];

/** Draws a chart; values that are not finite, or not above 0 on a logarithmic axis, are left out. Without values it says so. */
export function formatLineChart({ title, xLabel, yLabel, lines, isLogarithmic = false }: ChartOptions): string {
  const isShown = ([x, y]: readonly [number, number]): boolean =>
    Number.isFinite(x) && Number.isFinite(y) && (!isLogarithmic || y > 0);
  const shown = lines.map((line) => ({ ...line, points: line.points.filter(isShown) }));
  const all = shown.flatMap(({ points }) => points);
  const heading = `<h2>${escapeHtml(title)}</h2>`;
  if (all.length === 0) return `${heading}\n<p>Nothing was measured.</p>`;
  const xs = rangeOf(all.map(([x]) => x));
  const scaled = (y: number): number => (isLogarithmic ? Math.log10(y) : y);
  const ys = isLogarithmic ? rangeOf(all.map(([, y]) => scaled(y))) : rangeOf([0, ...all.map(([, y]) => y)]);
  const placeX = (x: number): number =>
    margin.left + ((x - xs[0]) / (xs[1] - xs[0])) * (width - margin.left - margin.right);
  const placeY = (y: number): number =>
    height - margin.bottom - ((scaled(y) - ys[0]) / (ys[1] - ys[0])) * (height - margin.top - margin.bottom);
  const value = (share: number): number => {
    const at = ys[0] + share * (ys[1] - ys[0]);
    return isLogarithmic ? 10 ** at : at;
  };
  const grid = [0, 0.25, 0.5, 0.75, 1].map((share) => {
    const y = placeY(value(share)).toFixed(1);
    return `<line class="grid" x1="${margin.left}" y1="${y}" x2="${width - margin.right}" y2="${y}"/><text x="${margin.left - 8}" y="${y}" dy="4" text-anchor="end">${shorten(value(share))}</text>`;
  });
  const ends = xs.map(
    (x, i) =>
      `<text x="${placeX(x).toFixed(1)}" y="${height - margin.bottom + 16}" text-anchor="${i === 0 ? 'start' : 'end'}">${shorten(x)}</text>`,
  );
  const drawn = shown.map(({ points }, i) => {
    const path = points.map(([x, y]) => `${placeX(x).toFixed(1)},${placeY(y).toFixed(1)}`).join(' ');
    return `<polyline fill="none" stroke="${colours[i % colours.length]}" stroke-width="1.5" points="${path}"/>`;
  });
  const labels = `<text x="${(width + margin.left) / 2}" y="${height - 6}" text-anchor="middle">${escapeHtml(xLabel)}</text><text x="12" y="${height / 2}" transform="rotate(-90 12 ${height / 2})" text-anchor="middle">${escapeHtml(yLabel)}</text>`;
  const legend = shown.map(
    ({ name }, i) => `<span><b style="background:${colours[i % colours.length]}"></b>${escapeHtml(name)}</span>`,
  );
  const svg = `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeHtml(title)}">${[...grid, ...ends, ...drawn, labels].join('')}</svg>`;
  return [heading, `<div class="chart scroll">${svg}</div>`, `<p class="legend">${legend.join(' ')}</p>`].join('\n');
}

/** The least and the largest value, never the same. */
function rangeOf(values: readonly number[]): [number, number] {
  const least = values.reduce((a, b) => Math.min(a, b));
  const most = values.reduce((a, b) => Math.max(a, b));
  return most > least ? [least, most] : [least - 0.5, most + 0.5];
}

function shorten(value: number): string {
  if (value === 0) return '0';
  const size = Math.abs(value);
  return size >= 1e5 || size < 1e-3 ? value.toExponential(1) : String(Number(value.toPrecision(3)));
}
