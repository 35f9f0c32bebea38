// From columns to a data set: cuts both splits into blocks, names them, and takes the digest of the whole.
import { createHash } from 'node:crypto';
import { ConfigError } from '../errors.js';
import { blockName } from './block-name.js';
import { blockOverheadBytes, encodeBlock, exampleBytes, maxBlockBytes } from './block.js';
import { sourceOf, type SplitColumns, type SplitSource } from './columns.js';
import type { DataSpec } from './data-spec.js';
import type { Block, Dataset, Split, SplitName } from './dataset.js';

/** A block's record stays within 64 KiB unless one example alone is larger. */
const usualBlockBytes = 64 * 1024;

/** A split's examples: columns in memory, or a source that reads them. */
type Examples = SplitColumns | SplitSource;

/** Builds a data set from its splits; all blocks are encoded once, for their names. Throws ConfigError EXAMPLE_TOO_LARGE. */
export function buildDataset(
  spec: DataSpec,
  train: Examples,
  test: Examples,
  { valid, ...extras }: { readonly valid?: Examples } & Pick<Dataset, 'preprocessing' | 'baselines'> = {},
): Dataset {
  const splits = {
    train: buildSplit(spec, 'train', train),
    ...(valid && { valid: buildSplit(spec, 'valid', valid) }),
    test: buildSplit(spec, 'test', test),
  };
  return { spec, digest: digestOf(spec, Object.values(splits)), ...splits, ...extras };
}

function buildSplit(spec: DataSpec, name: SplitName, examples: Examples): Split {
  const source = 'read' in examples ? examples : sourceOf(spec, examples);
  const { lengths } = source;
  const firsts = cutBlocks(spec, name, lengths);
  const blocks = firsts.map((first, i): Block => {
    const count = (firsts[i + 1] ?? lengths.length) - first;
    const bytes = () => encodeBlock(source, name, first, count);
    return { name: blockName(bytes()), first, count, bytes };
  });
  return {
    name,
    size: lengths.length,
    lengths,
    blocks,
    blockOf: (example) => findBlock(blocks, example, lengths.length),
  };
}

/** The first example of each block: as many consecutive examples as fit. */
function cutBlocks(spec: DataSpec, name: SplitName, lengths: Int32Array): number[] {
  const firsts: number[] = [];
  let filled = Infinity;
  for (let example = 0; example < lengths.length; example++) {
    requireExampleFits(spec, name, example, lengths[example]!);
    const bytes = exampleBytes(spec, lengths[example]!);
    if (filled + bytes > usualBlockBytes - blockOverheadBytes) {
      firsts.push(example);
      filled = 0;
    }
    filled += bytes;
  }
  return firsts;
}

/** Refuses an example that no block may hold. Throws ConfigError EXAMPLE_TOO_LARGE. */
export function requireExampleFits(spec: DataSpec, split: SplitName, example: number, length: number): void {
  const bytes = exampleBytes(spec, length);
  const limit = maxBlockBytes - blockOverheadBytes;
  if (bytes <= limit) return;
  throw new ConfigError(
    'EXAMPLE_TOO_LARGE',
    `Example ${example} of the ${split} split takes ${bytes} bytes in ${length} steps; one example may take ${limit}. Make the sequences shorter (--data-length).`,
  );
}

function findBlock(blocks: readonly Block[], example: number, size: number): number {
  if (!(example >= 0 && example < size))
    throw new RangeError(`Example ${example} is outside the split of ${size} examples.`);
  let low = 0;
  let high = blocks.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (blocks[middle]!.first <= example) low = middle;
    else high = middle - 1;
  }
  return low;
}

function digestOf(spec: DataSpec, splits: readonly Split[]): string {
  const hash = createHash('sha256').update(`${canonicalJson(spec)}\n`);
  for (const { name, blocks } of splits) for (const block of blocks) hash.update(`${name} ${block.name}\n`);
  return hash.digest('hex');
}

/** JSON with sorted keys: the order in which a loader wrote its literal must not reach the digest. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, item: unknown) =>
    typeof item === 'object' && item !== null
      ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)))
      : item,
  );
}
