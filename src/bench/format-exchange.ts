// The result of `bridle bench exchange` for people: a table in Markdown.
import { phaseNames, type ExchangeResult, type ExchangeRow } from './exchange-result.js';

const heads = [
  'workers',
  'floats',
  'payload',
  'dtype',
  'p50 ms',
  'p99 ms',
  'PyTorch ms',
  '/ PyTorch',
  'raw TCP, Unix, ws ms',
  'upload, broadcast per raw TCP',
  'GB/s',
  `${phaseNames.join(', ')} ms`,
  'CPU s',
  'peak MB',
];

/** Writes a result as lines. */
export function formatExchange({ machine: { cpu, cores, node, torch }, rows }: ExchangeResult): string[] {
  const line = (row: readonly string[]): string => `| ${row.join(' | ')} |`;
  const peer = torch === null ? 'no PyTorch' : `PyTorch ${torch}`;
  return [
    `${cpu}, ${cores} cores, Node ${node}; ${peer}`,
    line(heads),
    line(heads.map(() => '---')),
    ...rows.map((row) => line(cellsOf(row))),
  ];
}

function cellsOf(row: ExchangeRow): string[] {
  return [
    `${row.workers}`,
    row.floats.toLocaleString('en-US'),
    row.payload,
    row.dtype,
    row.p50Ms.toFixed(1),
    row.p99Ms.toFixed(1),
    row.peerMs?.toFixed(1) ?? '-',
    row.perPeer?.toFixed(2) ?? '-',
    [row.tcpMs, row.unixMs, row.wsMs].map((ms) => ms.toFixed(1)).join(', '),
    `${row.uploadPerTcp.toFixed(2)}, ${row.broadcastPerTcp.toFixed(2)}`,
    row.gbPerSecond.toFixed(2),
    phaseNames.map((name) => row.phases[name].p50Ms.toFixed(1)).join(', '),
    row.cpuSeconds.toFixed(3),
    row.peakBytes === null ? '-' : (row.peakBytes / 1e6).toFixed(0),
  ];
}
