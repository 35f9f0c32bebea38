// The JSON schema of config files, for editors: derived from the table of options. Draft 7, which most editors read.
import { z } from 'zod';
import { configKeys } from './config-file.js';
import { describeDefault } from './help-text.js';
import { optionOf, type OptionName } from './schema.js';
import { keyInSection, sections, type Section } from './sections.js';

type JsonSchema = Readonly<Record<string, unknown>>;

/** A value as a file may write it: what a type makes of it (an absolute path) has the form of what it takes (a path). */
function formOf(type: z.ZodType): JsonSchema {
  const { $schema: _, ...form } = z.toJSONSchema(type, {
    target: 'draft-7',
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => {
      const isTransformed = zodSchema instanceof z.ZodPipe && zodSchema.out instanceof z.ZodTransform;
      if (isTransformed) Object.assign(jsonSchema, formOf(zodSchema.in as z.ZodType));
    },
  });
  return form;
}

function valueSchema(name: OptionName): JsonSchema {
  const { type } = optionOf(name);
  if (type.arity === 'switch') return { type: 'boolean' };
  const form = formOf(type.schema);
  const item = form['items'];
  return type.arity === 'list' && item !== undefined ? { anyOf: [item, form] } : form;
}

function describe(name: OptionName): JsonSchema {
  const fallback = describeDefault(name);
  const { about, default: value } = optionOf(name);
  const description = fallback === undefined ? about : `${about} Default: ${fallback}.`;
  return { description, ...(value === undefined ? {} : { default: value }) };
}

function sectionSchema(section: Section): JsonSchema {
  const keys = configKeys.flatMap((name) => {
    const key = keyInSection(section, name);
    return key === undefined ? [] : [[key, { ...describe(name), ...valueSchema(name) }] as const];
  });
  return { type: 'object', properties: Object.fromEntries(keys), additionalProperties: false };
}

function propertySchema(name: OptionName): JsonSchema {
  const section = sections.find((other) => other === name);
  const value = valueSchema(name);
  return { ...describe(name), ...(section === undefined ? value : { anyOf: [value, sectionSchema(section)] }) };
}

/** Makes the JSON schema of a config file. */
function configSchema(): JsonSchema {
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'bridle run',
    description: 'Options of bridle train and bridle coordinator: the flags in camelCase. See docs/config.md.',
    type: 'object',
    properties: {
      $schema: { type: 'string' },
      ...Object.fromEntries(configKeys.map((name) => [name, propertySchema(name)])),
    },
    additionalProperties: false,
  };
}

/** Writes schema/run.schema.json. */
export function formatConfigSchema(): string {
  return `${JSON.stringify(configSchema(), null, 2)}\n`;
}
