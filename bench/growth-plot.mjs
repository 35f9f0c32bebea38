// docs/growth.svg: measured steps as dots, the model as lines, both axes logarithmic; readable on light and on dark.

const [width, height] = [760, 460];
const frame = { left: 70, right: 150, top: 24, bottom: 52 };
const hues = ['#1b7fbd', '#b5651d', '#2a9d60', '#b3478f', '#c24a3f'];

const powers = (low, high) => Array.from({ length: high - low + 1 }, (_, i) => 10 ** (low + i));
const short = (value) => (value >= 1e6 ? `${value / 1e6} M` : value.toLocaleString('en-US'));

function scales(rows) {
  const times = rows.map(({ ms }) => ms);
  const [low, high] = [Math.floor(Math.log10(Math.min(...times))), Math.ceil(Math.log10(Math.max(...times)))];
  const inner = { x: width - frame.left - frame.right, y: height - frame.top - frame.bottom };
  return {
    x: (workers) => frame.left + (Math.log2(workers) / 10) * inner.x,
    y: (ms) => frame.top + inner.y * (1 - (Math.log10(ms) - low) / (high - low)),
    decades: powers(low, high),
  };
}

function axes({ x, y, decades }) {
  const across = decades.map((ms) => {
    const at = y(ms).toFixed(1);
    const line = `<line class="grid" x1="${frame.left}" x2="${width - frame.right}" y1="${at}" y2="${at}"/>`;
    const label = ms >= 1000 ? `${ms / 1000} s` : `${ms} ms`;
    return `${line}<text x="${frame.left - 8}" y="${at}" dy="4" text-anchor="end">${label}</text>`;
  });
  const ticks = [1, 4, 16, 64, 256, 1024].map(
    (count) =>
      `<text x="${x(count).toFixed(1)}" y="${height - frame.bottom + 20}" text-anchor="middle">${count}</text>`,
  );
  const middle = (frame.left + width - frame.right) / 2;
  return [...across, ...ticks, `<text x="${middle}" y="${height - 10}" text-anchor="middle">workers</text>`];
}

function series(rows, model, { x, y }, hue) {
  const { floats, asked } = rows[0];
  const last = rows.at(-1).workers;
  const counts = Array.from({ length: 41 }, (_, i) => 2 ** (i / 4)).filter((count) => count <= last);
  const points = counts.map(
    (workers) => `${x(workers).toFixed(1)},${y(model.predict({ workers, floats })).toFixed(1)}`,
  );
  const dots = rows.map(
    ({ workers, ms }) => `<circle cx="${x(workers).toFixed(1)}" cy="${y(ms).toFixed(1)}" r="4" fill="${hue}"/>`,
  );
  const end = `x="${(x(last) + 9).toFixed(1)}" y="${y(model.predict({ workers: last, floats })).toFixed(1)}" dy="4"`;
  return [
    `<polyline points="${points.join(' ')}" fill="none" stroke="${hue}" stroke-width="2"/>`,
    ...dots,
    `<text ${end} style="fill:${hue}">${short(asked)} parameters</text>`,
  ];
}

/** Draws rows `{workers, floats, asked, ms}` and a model of `growth-model.mjs`. */
export function drawGrowth(rows, model) {
  const scale = scales(rows);
  const sizes = [...new Set(rows.map(({ asked }) => asked))];
  const lines = sizes.flatMap((asked, i) => {
    const own = rows.filter((row) => row.asked === asked);
    return series(own, model, scale, hues[i % hues.length]);
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="Time of a step by workers and parameters">`,
    '<style>text{font:13px system-ui,sans-serif;fill:#555}.grid{stroke:#8884}',
    '@media(prefers-color-scheme:dark){text{fill:#bbb}}</style>',
    ...axes(scale),
    ...lines,
    '</svg>',
    '',
  ].join('\n');
}
