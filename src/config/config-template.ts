// What `bridle config init` writes: every option with its meaning and default, commented out, so that the file is a valid one.
import { configKeys } from './config-file.js';
import { describeDefault } from './help-text.js';
import { groups } from './option.js';
import { optionOf, type OptionName } from './schema.js';

/** The default as the file would say it, or in words where it depends on something else. */
function formatOption(name: OptionName): string[] {
  const { about, type, default: value } = optionOf(name);
  const form = type.arity === 'switch' ? 'true or false' : type.placeholder;
  const words = value === undefined ? describeDefault(name) : undefined;
  const notes = words === undefined ? form : `${form}; default: ${words}`;
  return [`# ${about} (${notes})`, `# ${name}: ${value === undefined ? '' : JSON.stringify(value)}`.trimEnd()];
}

/** Writes the text of a new config file; `schemaPath` is where editors find the JSON schema, seen from the file's folder. */
export function formatConfigTemplate(schemaPath: string): string {
  const sections = groups.flatMap((group) => {
    const names = configKeys.filter((name) => optionOf(name).group === group);
    return names.length === 0 ? [] : ['', `# ---- ${group}`, ...names.flatMap(formatOption)];
  });
  return [
    `# yaml-language-server: $schema=${schemaPath}`,
    '# Options of a run: the flags of bridle train in camelCase. Take the # away from those that you change.',
    '# Flags and the environment win over this file. bridle config check FILE checks it, bridle config show --config FILE resolves it.',
    ...sections,
    '',
  ].join('\n');
}
