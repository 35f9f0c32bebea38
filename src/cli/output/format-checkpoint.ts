// A checkpoint as people and scripts read it: what it is, and the L2 norm of every tensor and of its moments.
import type { TrainingSnapshot } from '../../checkpoint/snapshot.js';
import { globalNorm } from '../../tensor/flat-vector.js';
import { viewTensor } from '../../tensor/layout.js';
import { formatPlural, formatValue } from './format-quantity.js';

export interface TensorDescription {
  readonly name: string;
  readonly shape: readonly number[];
  readonly group: string;
  readonly norm: number;
  /** L2 norms of the optimizer's moments of this tensor, by the moment's name. */
  readonly momentNorms: Readonly<Record<string, number>>;
}

export interface CheckpointDescription {
  readonly event: 'inspected';
  readonly path: string;
  readonly runId: string;
  readonly step: number;
  readonly digest: string;
  readonly kernelId: string;
  readonly parameters: number;
  readonly norm: number;
  readonly optimizer: { readonly moments: readonly string[]; readonly scalars: Readonly<Record<string, number>> };
  readonly model: Readonly<Record<string, unknown>>;
  readonly data: Readonly<Record<string, unknown>>;
  readonly metrics: Readonly<Record<string, number>>;
  readonly tensors: readonly TensorDescription[];
  /** Reading a checkpoint verifies sizes, hashes, layout and digest; a damaged one is an error. */
  readonly verified: true;
}

/** Describes a checkpoint that was read (and thereby verified). */
export function describeCheckpoint(path: string, snapshot: TrainingSnapshot): CheckpointDescription {
  const { runId, step, digest, kernelId, layout, params, optimizer, model, data } = snapshot;
  const moments = Object.entries(optimizer.moments);
  const tensors = layout.tensors.map((tensor) => ({
    name: tensor.name,
    shape: tensor.shape,
    group: tensor.group,
    norm: globalNorm(viewTensor(params, tensor)),
    momentNorms: Object.fromEntries(moments.map(([name, vector]) => [name, globalNorm(viewTensor(vector, tensor))])),
  }));
  return {
    event: 'inspected',
    path,
    runId,
    step,
    digest,
    kernelId,
    parameters: layout.size,
    norm: globalNorm(params),
    optimizer: { moments: moments.map(([name]) => name), scalars: optimizer.scalars },
    model,
    data,
    metrics: { ...snapshot.metrics },
    tensors,
    verified: true,
  };
}

function formatRow(cells: readonly string[], widths: readonly number[]): string {
  return `  ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd();
}

function formatTable(rows: readonly (readonly string[])[]): string[] {
  const columns = rows[0]?.length ?? 0;
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  );
  return rows.map((row) => formatRow(row, widths));
}

function formatFields(fields: Readonly<Record<string, unknown>>): string {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined);
  return entries
    .map(([name, value]) => `${name} ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(', ');
}

/** Writes a description for people. */
export function formatCheckpoint(description: CheckpointDescription): string {
  const { optimizer, tensors, metrics } = description;
  const rows = tensors.map(({ name, shape, group, norm, momentNorms }) => [
    name,
    `[${shape.join(', ')}]`,
    group,
    formatValue(norm),
    ...optimizer.moments.map((moment) => formatValue(momentNorms[moment] ?? 0)),
  ]);
  return [
    `checkpoint  ${description.path}`,
    `run         ${description.runId}`,
    `step        ${description.step}`,
    `digest      ${description.digest}`,
    `kernel id   ${description.kernelId}`,
    `model       ${formatFields(description.model)}`,
    `data        ${formatFields(description.data)}`,
    `optimizer   ${formatFields(optimizer.scalars) || 'without scalars'}`,
    ...(Object.keys(metrics).length > 0 ? [`best        ${formatFields(metrics)}`] : []),
    `weights     ${formatPlural(description.parameters, 'parameter')}, norm ${formatValue(description.norm)}`,
    '',
    ...formatTable([['tensor', 'shape', 'group', 'norm', ...optimizer.moments], ...rows]),
    '',
    'verified: the size and hash of every file, the layout and the digest',
    '',
  ].join('\n');
}
