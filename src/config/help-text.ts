// Help texts, derived from the tables of commands and options.
import { commandNames, commands } from './commands.js';
import { flagOf, groups, variableOf, type CommandName, type Group } from './option.js';
import { optionOf, optionsOf, type OptionName } from './schema.js';

const width = 100;
const indent = 30;

function wrap(text: string, columns: number): string[] {
  const lines: string[] = [''];
  for (const word of text.split(' ')) {
    const line = lines[lines.length - 1] ?? '';
    if (line !== '' && line.length + 1 + word.length > columns) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines;
}

/** Says an option's default in words; undefined where there is none to speak of. */
export function describeDefault(name: OptionName, command?: CommandName): string | undefined {
  const option = optionOf(name);
  const own = command && option.inCommand?.[command]?.defaultText;
  if (own !== undefined) return own;
  if (option.defaultText !== undefined) return option.defaultText;
  if (option.default === undefined || option.default === false) return undefined;
  return typeof option.default === 'string' ? option.default : JSON.stringify(option.default);
}

/** Spells a flag with its placeholder: `--hidden-size N`. */
export function usageOf(name: OptionName): string {
  return `${flagOf(name)} ${optionOf(name).type.placeholder}`.trim();
}

function aboutOf(name: OptionName, command: CommandName): string {
  const option = optionOf(name);
  return option.inCommand?.[command]?.about ?? option.about;
}

function formatOption(name: OptionName, command: CommandName): string {
  const option = optionOf(name);
  const fallback = describeDefault(name, command);
  const also = option.aliases?.map(flagOf).join(', ');
  const about = [
    aboutOf(name, command),
    ...(fallback === undefined ? [] : [`(default: ${fallback})`]),
    ...(also === undefined ? [] : [`(also: ${also})`]),
  ].join(' ');
  const head = `  ${usageOf(name)}`;
  const [first = '', ...rest] = wrap(about, width - indent);
  const start = head.length > indent - 2 ? `${head}\n${' '.repeat(indent)}${first}` : `${head.padEnd(indent)}${first}`;
  return [start, ...rest.map((line) => `${' '.repeat(indent)}${line}`)].join('\n');
}

function formatGroup(command: CommandName, group: Group): string[] {
  const names = optionsOf(command).filter((name) => optionOf(name).group === group);
  return names.length === 0 ? [] : ['', `${group}:`, ...names.map((name) => formatOption(name, command))];
}

/** Writes the help text of one command. */
export function formatCommandHelp(command: CommandName): string {
  const { about, usage, examples } = commands[command];
  const flags = groups.flatMap((group) => formatGroup(command, group));
  const twin = `Every flag has a twin in the environment: ${flagOf('globalBatch')} is ${variableOf('globalBatch')}. A flag wins.`;
  return [
    `Usage: ${usage}`,
    '',
    ...wrap(about, width),
    '',
    'Examples:',
    ...examples.flatMap(([line, meaning]) => [`  ${line}`, `      ${meaning}`]),
    ...flags,
    ...(flags.length === 0 ? [] : ['', twin]),
    '',
  ].join('\n');
}

const forScripts: readonly string[] = [
  '',
  '## For scripts',
  '',
  'With `--json` stdout holds one JSON object a line and nothing else; what people read goes to stderr. `bridle train` and `bridle coordinator` print the events that [library.md](library.md#events) lists, the same that the library gives, told apart by `event`; the last one is `done` or `error`. `bridle worker` prints its warnings and errors. `bridle doctor` prints an event `check` for each check, `bridle reproduce` the events of its run and then `reproduced`; `bridle predict` an object for each prediction; `bridle inspect`, `bridle evaluate`, `bridle generate`, `bridle export`, `bridle config show`, `bridle estimate` and `bridle bench` print one object. NaN and the infinities are the strings `"NaN"`, `"Infinity"`, `"-Infinity"`. New events and fields may come with any release ([stability.md](stability.md)).',
  '',
  '```sh',
  'bridle train --data adding --epochs 2 --json | jq -r \'select(.event == "evaluated") | [.step, .loss] | @tsv\'',
  '```',
];

/** Writes docs/cli.md. */
export function formatCliPage(overview: string, exits: readonly (readonly [code: string, meaning: string])[]): string {
  const sections = commandNames.flatMap((command) => formatSection(command));
  return [
    '# Command line',
    '',
    '<!-- Written by scripts/generate-cli-docs.mjs from src/config/schema.ts; do not edit. -->',
    '',
    '```text',
    overview.trimEnd(),
    '```',
    '',
    'Every flag has a twin in the environment: `--hidden-size` is `BRIDLE_HIDDEN_SIZE`. A flag wins over the environment, the environment over a config file (`--config`, see [config.md](config.md)), that over a default. In flags, `_` and `-` are alike. Unknown flags, bad values and impossible combinations are refused together, before anything starts. A token comes from `--token-file` or `BRIDLE_TOKEN`, never from the command line.',
    '',
    'Exit codes:',
    '',
    ...exits.map(([code, meaning]) => `- \`${code}\`: ${meaning}`),
    ...sections,
    ...forScripts,
    '',
  ].join('\n');
}

function formatSection(command: CommandName): string[] {
  const { about, examples } = commands[command];
  const lines = ['', `## bridle ${command}`, '', about, '', '```sh'];
  lines.push(...examples.map(([line, meaning]) => `${line} # ${meaning}`), '```');
  for (const group of groups) {
    const names = optionsOf(command).filter((name) => optionOf(name).group === group);
    if (names.length > 0) lines.push('', `### ${group}`, '', ...names.map((name) => formatBullet(name, command)));
  }
  return lines;
}

function formatBullet(name: OptionName, command: CommandName): string {
  const option = optionOf(name);
  const fallback = describeDefault(name, command);
  const notes = [
    ...(fallback === undefined ? [] : [`Default: ${fallback}.`]),
    ...(option.fixesBits && command !== 'bench' ? ['Fixes the bits: a resume cannot change it.'] : []),
    ...(option.aliases === undefined
      ? []
      : [`Also: ${option.aliases.map((alias) => `\`${flagOf(alias)}\``).join(', ')}.`]),
  ];
  return `- \`${usageOf(name)}\`: ${[aboutOf(name, command), ...notes].join(' ')}`;
}
