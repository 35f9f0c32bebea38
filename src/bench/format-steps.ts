// The result of `bridle bench step` for people: a table in Markdown, ready for docs/performance.md or the page of a CI job.
import type { StepResult, StepRow } from './step-result.js';

const heads = [
  'T, batch, input, hidden, layers',
  'backend',
  'bridle ms',
  'PyTorch ms',
  'stock ms',
  'bridle / PyTorch',
  'bridle / stock',
  'compute, worker, coordinator, waiting ms',
];

/** Writes a result as lines. */
export function formatSteps({ machine, rows }: StepResult): string[] {
  const cells = [heads, ...rows.map(cellsOf)];
  const widths = heads.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    `| ${row.map((text, column) => text.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const { cpu, cores, platform, arch, node, kernels, torch, stock } = machine;
  const others = [torch === null ? 'no PyTorch' : `PyTorch ${torch}`, `stock tfjs on ${stock}`].join(', ');
  return [
    `${cpu}, ${cores} cores, ${platform} ${arch}, Node ${node}, kernels ${kernels.join(', ') || 'none'}; ${others}`,
    line(heads),
    line(widths.map((width) => '-'.repeat(width))),
    ...cells.slice(1).map(line),
  ];
}

function cellsOf(row: StepRow): string[] {
  const { shape, backend, bridleMs, torchMs, stockMs, bridlePerTorch, bridlePerStock, parts } = row;
  const times = [bridleMs, torchMs, stockMs].map((ms) => ms?.toFixed(1) ?? '-');
  const ratios = [bridlePerTorch, bridlePerStock].map((ratio) => ratio?.toFixed(2) ?? '-');
  const { computeMs, workerMs, coordinatorMs, waitingMs } = parts ?? {};
  const spent = [computeMs, workerMs, coordinatorMs, waitingMs].map((ms) => ms?.toFixed(1) ?? '-');
  return [shape.join(', '), backend, ...times, ...ratios, spent.join(', ')];
}
