// Data that a user's module (or program) gives by `defineData`: held to its face, read once, kept in pages.
import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import { ConfigError } from '../errors.js';
import { importDefault } from '../modules/import-module.js';
import { readModuleFiles } from '../modules/module-files.js';
import { buildDataset, requireExampleFits } from './build-dataset.js';
import type { DataSpec } from './data-spec.js';
import { splitNames, type Dataset, type SplitName } from './dataset.js';
import type { DataDefinition, OwnData } from './define-data.js';
import { encodeExample, ExampleFault, show } from './encode-example.js';
import { PageStore } from './page-store.js';
import { askUser, readExamples } from './read-examples.js';
import { SplitWriter } from './split-writer.js';

export interface OwnDataOptions {
  readonly name: 'own';
  /** The path of a module, or what a program gave. */
  readonly source: string | OwnData;
}

const example = 'export default defineData({ inputs, targets, train, test })';

/** Loads a user's own data. Throws ConfigError MODULE_..., DATA_DEFINITION, DATA_EXAMPLE, DATA_FAILED, DATA_TIMEOUT, DATA_TOO_SHORT, EXAMPLE_TOO_LARGE, DATA_SPOOL. */
export async function loadOwnData({ source }: OwnDataOptions): Promise<Dataset> {
  const place = typeof source === 'string' ? source : 'config: data';
  const given = typeof source === 'string' ? await importData(source) : source;
  const made = typeof given === 'function' ? await askUser(given as () => unknown, `${place}: its function`) : given;
  const definition = checkDefinition(made, place);
  const store = new PageStore();
  const parts: Partial<Record<SplitName, SplitWriter>> = {};
  let maxLength = 1;
  for (const name of splitNames) {
    if (name === 'valid' && definition.valid === undefined) continue;
    const { writer, longest } = await readSplit(definition, name, place, store);
    parts[name] = writer;
    maxLength = Math.max(maxLength, longest);
  }
  const spec = specOf(definition, maxLength);
  const [train, valid, test] = splitNames.map((name) => parts[name]?.source(spec));
  return buildDataset(spec, train!, test!, valid ? { valid } : {});
}

async function importData(path: string): Promise<unknown> {
  const files = await readModuleFiles(path);
  return importDefault(
    path,
    files.map((file) => (file.path === '.' ? path : resolve(dirname(path), file.path))),
    example,
  );
}

const count = (most: number): z.ZodInt => z.int().min(1).max(most);
const per = z.enum(['sequence', 'step']);
const inputs = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('dense'), features: count(1_000_000) }),
  z.strictObject({ kind: z.literal('ids'), vocabulary: count(65_536) }),
]);
const targets = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('class'), classes: count(65_536), per }),
  z.strictObject({ kind: z.enum(['value', 'keys']), size: count(1_000_000), per }),
]);
const fields: Readonly<Record<string, { readonly schema: z.ZodType; readonly wanted: string }>> = {
  inputs: { schema: inputs, wanted: "{ kind: 'dense', features } or { kind: 'ids', vocabulary }" },
  targets: { schema: targets, wanted: "{ kind: 'class', classes, per } or { kind: 'value' or 'keys', size, per }" },
};

/** Holds what was given to the face of `defineData`; the splits are looked at when they are read. */
function checkDefinition(value: unknown, place: string): DataDefinition {
  const refuse = (problem: string): ConfigError =>
    new ConfigError('DATA_DEFINITION', `${place}: ${problem}. ${example}`);
  if (typeof value !== 'object' || value === null) throw refuse(`the data must be an object, got ${show(value)}`);
  for (const [name, { schema, wanted }] of Object.entries(fields)) {
    const field: unknown = (value as Readonly<Record<string, unknown>>)[name];
    const parsed = schema.safeParse(field);
    if (parsed.success) continue;
    const [issue] = parsed.error.issues;
    const where = issue?.path.length ? ` (${issue.path.join('.')}: ${issue.message})` : '';
    throw refuse(`${name} must be ${wanted}, got ${JSON.stringify(field) ?? String(field)}${where}`);
  }
  const missing = (['train', 'test'] as const).find((name) => !(name in value));
  if (missing !== undefined) throw refuse(`the split ${missing} is missing`);
  const known: readonly string[] = ['inputs', 'targets', ...splitNames];
  const unknown = Object.keys(value).find((key) => !known.includes(key));
  if (unknown !== undefined) throw refuse(`"${unknown}" means nothing here`);
  return value as DataDefinition;
}

function specOf({ inputs: own, targets: wanted }: DataDefinition, maxLength: number): DataSpec {
  const inputSpec = own.kind === 'ids' ? own : { ...own, dtype: 'f32' as const, scale: 1 };
  return { name: 'own', inputs: inputSpec, targets: wanted, maxLength };
}

async function readSplit(
  definition: DataDefinition,
  name: SplitName,
  place: string,
  store: PageStore,
): Promise<{ writer: SplitWriter; longest: number }> {
  const writer = new SplitWriter(store);
  const split = `${place}: ${name}`;
  const spec = specOf(definition, 1); // the size of an example does not depend on the longest
  let longest = 0;
  for await (const given of readExamples(definition[name], split)) {
    try {
      const { length, inputs: column, targets: wanted } = encodeExample(definition.inputs, definition.targets, given);
      requireExampleFits(spec, name, writer.size, length);
      writer.add(length, column, wanted);
      longest = Math.max(longest, length);
    } catch (error) {
      if (!(error instanceof ExampleFault)) throw error;
      throw new ConfigError('DATA_EXAMPLE', `${split}[${writer.size}]${error.message}.`, { cause: error });
    }
  }
  if (writer.size === 0) throw new ConfigError('DATA_TOO_SHORT', `${split} must hold at least one example, got none.`);
  return { writer, longest };
}
