// JSON Lines (jsonlines.org): one sequence a line, of numbers, class ids or active keys. docs/data.md has the keys of a line.
import { ConfigError } from '../errors.js';
import { buildDataset } from './build-dataset.js';
import type { InputColumn, TargetColumn } from './columns.js';
import type { DataSpec, InputSpec, TargetSpec } from './data-spec.js';
import { splitNames, type Dataset } from './dataset.js';
import { LineFault, parseJsonlLine, type JsonlExample, type JsonlInputs, type JsonlTargets } from './jsonl-line.js';
import { PageStore } from './page-store.js';
import { requireParts, splitByOrder, type SplitFractions } from './split-by-order.js';
import { SplitWriter } from './split-writer.js';
import { readTextChunks } from './text-chunks.js';

export interface JsonlOptions extends SplitFractions {
  readonly name: 'jsonl';
  /** Files, joined in this order. */
  readonly paths: readonly string[];
  /** Classes of the labels where there are any, otherwise of ids or keys of a frame; undefined: the largest id and one, 88 keys. */
  readonly classes?: number;
}

const pianoKeys = 88;

/** What all lines of a file must have in common, said by its first line. */
interface Shape {
  readonly inputs: string;
  readonly targets: string;
  readonly hasSplit: boolean;
}

/** Loads sequences; lines may name their own splits. Throws ConfigError (DATA_FILE_..., DATA_NOT_UTF8, JSONL_INVALID, DATA_TOO_SHORT) with file and line. */
export async function loadJsonl(options: JsonlOptions): Promise<Dataset> {
  const path = options.paths.join(', ');
  const store = new PageStore();
  const writers = { train: new SplitWriter(store), valid: new SplitWriter(store), test: new SplitWriter(store) };
  const seen = { first: undefined as JsonlExample | undefined, maxLength: 0, maxInput: 0, maxTarget: 0 };
  for await (const { example, refuse } of readExamples(options.paths)) {
    seen.first ??= example;
    const problem = findMismatch(shapeOf(seen.first), shapeOf(example)) ?? findTooLarge(example, options.classes);
    if (problem !== undefined) throw refuse(problem);
    const { length, inputs, targets } = encodeExample(example, keysOf(example.targets, options.classes));
    writers[example.split ?? 'train'].add(length, inputs, targets);
    seen.maxLength = Math.max(seen.maxLength, length);
    seen.maxInput = Math.max(seen.maxInput, largest(example.inputs));
    seen.maxTarget = Math.max(seen.maxTarget, largest(example.targets));
  }
  if (seen.first === undefined) {
    throw new ConfigError('JSONL_INVALID', `${path}:1: wanted one JSON object a line, got blank lines only.`);
  }
  const spec = specOf(seen.first, seen, options.classes);
  if (seen.first.split === undefined) return splitInOrder(path, spec, writers.train, options);
  const [train, valid, test] = splitNames.map((name) => writers[name]) as [SplitWriter, SplitWriter, SplitWriter];
  requireParts(path, 'sequences', { train: train.size, valid: valid.size, test: test.size });
  return buildDataset(spec, train.source(spec), test.source(spec), valid.size > 0 ? { valid: valid.source(spec) } : {});
}

function splitInOrder(path: string, spec: DataSpec, all: SplitWriter, fractions: SplitFractions): Dataset {
  const { valid, test } = splitByOrder(all.size, fractions);
  requireParts(path, 'sequences', { train: Math.max(0, valid), valid: test - valid, test: all.size - test });
  return buildDataset(
    spec,
    all.source(spec, 0, valid),
    all.source(spec, test),
    test > valid ? { valid: all.source(spec, valid, test) } : {},
  );
}

async function* readExamples(
  paths: readonly string[],
): AsyncGenerator<{ example: JsonlExample; refuse(problem: string): ConfigError }> {
  for (const path of paths) {
    for await (const chunk of readTextChunks(path)) {
      let line = chunk.line;
      for (const text of chunk.text.split('\n')) {
        const at = line++;
        const refuse = (problem: string) => new ConfigError('JSONL_INVALID', `${path}:${at}: ${problem}.`);
        if (text.trim() !== '') yield { example: parse(text, refuse), refuse };
      }
    }
  }
}

function parse(text: string, refuse: (problem: string) => ConfigError): JsonlExample {
  try {
    return parseJsonlLine(text);
  } catch (error) {
    throw error instanceof LineFault ? refuse(error.message) : error;
  }
}

function shapeOf({ inputs, targets, split }: JsonlExample): Shape {
  return {
    inputs: inputs.kind === 'numbers' ? `${inputs.width} numbers a step` : inputs.kind,
    targets:
      targets.kind === 'next'
        ? 'none (the next step)'
        : `${targets.kind === 'numbers' ? `${targets.width} numbers` : 'a class'} a ${targets.per}`,
    hasSplit: split !== undefined,
  };
}

function findMismatch(wanted: Shape, got: Shape): string | undefined {
  if (got.hasSplit !== wanted.hasSplit) return 'wanted "split" in every line or in none';
  const field = (['inputs', 'targets'] as const).find((name) => wanted[name] !== got[name]);
  return field && `wanted ${field} as in the first line, ${wanted[field]}, got ${got[field]}`;
}

function findTooLarge({ inputs, targets }: JsonlExample, classes: number | undefined): string | undefined {
  const hasLabels = targets.kind === 'classes';
  const inputLimit = (hasLabels ? undefined : classes) ?? (inputs.kind === 'keys' ? pianoKeys : Infinity);
  const check = (part: JsonlInputs | JsonlTargets, limit: number): string | undefined =>
    largest(part) < limit
      ? undefined
      : `wanted ${part.kind} from 0 to ${limit - 1} (--data-classes ${limit}), got ${largest(part)}`;
  return check(inputs, inputLimit) ?? (hasLabels ? check(targets, classes ?? Infinity) : undefined);
}

/** The largest id, class or key; -1 where there is none. */
function largest(part: JsonlInputs | JsonlTargets): number {
  if (part.kind === 'ids') return maximum(part.ids);
  if (part.kind === 'classes') return maximum(part.classes);
  return part.kind === 'keys' ? maximum(part.frames.map(maximum)) : -1;
}

function maximum(values: readonly number[]): number {
  return values.reduce((most, value) => Math.max(most, value), -1);
}

function encodeExample(
  { inputs, targets, steps }: JsonlExample,
  numKeys: number,
): { length: number; inputs: InputColumn; targets: TargetColumn } {
  const column =
    inputs.kind === 'numbers'
      ? inputs.values
      : inputs.kind === 'ids'
        ? Uint16Array.from(inputs.ids)
        : multiHot(inputs.frames, numKeys);
  if (targets.kind === 'numbers') return { length: steps, inputs: column, targets: targets.values };
  if (targets.kind === 'classes') return { length: steps, inputs: column, targets: Uint16Array.from(targets.classes) };
  const width = column.length / steps;
  return { length: steps - 1, inputs: column.subarray(0, column.length - width), targets: column.subarray(width) };
}

function keysOf(targets: JsonlTargets, classes: number | undefined): number {
  return (targets.kind === 'classes' ? undefined : classes) ?? pianoKeys;
}

/** [steps, keys] of 0 and 1. */
function multiHot(frames: readonly (readonly number[])[], numKeys: number): Uint8Array {
  const column = new Uint8Array(frames.length * numKeys);
  frames.forEach((frame, step) => frame.forEach((key) => (column[step * numKeys + key] = 1)));
  return column;
}

function specOf(
  { inputs, targets }: JsonlExample,
  seen: { readonly maxLength: number; readonly maxInput: number; readonly maxTarget: number },
  classes: number | undefined,
): DataSpec {
  const numKeys = keysOf(targets, classes);
  const vocabulary = (targets.kind === 'classes' ? undefined : classes) ?? seen.maxInput + 1;
  const inputSpec: InputSpec =
    inputs.kind === 'ids'
      ? { kind: 'ids', vocabulary }
      : inputs.kind === 'keys'
        ? { kind: 'dense', dtype: 'u8', features: numKeys, scale: 1 }
        : { kind: 'dense', dtype: 'f32', features: inputs.width, scale: 1 };
  return { name: 'jsonl', inputs: inputSpec, targets: targetSpecOf(), maxLength: seen.maxLength };

  function targetSpecOf(): TargetSpec {
    if (targets.kind === 'classes') return { kind: 'class', classes: classes ?? seen.maxTarget + 1, per: targets.per };
    if (targets.kind === 'numbers') return { kind: 'value', size: targets.width, per: targets.per };
    if (inputs.kind === 'ids') return { kind: 'class', classes: vocabulary, per: 'step' };
    if (inputs.kind === 'keys') return { kind: 'keys', size: numKeys, per: 'step' };
    return { kind: 'value', size: inputs.width, per: 'step' };
  }
}
