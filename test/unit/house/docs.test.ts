// The pages lead where they say: links, headings, paths, commands, flags, versions and rooms are those of the tree.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { computeVersion } from '../../../src/backend/kernel-id.js';
import { logFormatVersion } from '../../../src/checkpoint/commit-record.js';
import { checkpointFormatVersion } from '../../../src/checkpoint/manifest.js';
import { runFormatVersion } from '../../../src/checkpoint/run-folder.js';
import { savedStepFormatVersion } from '../../../src/checkpoint/saved-step.js';
import { commandNames } from '../../../src/config/commands.js';
import { flagOf, variableOf, type CommandName } from '../../../src/config/option.js';
import { otherVariables } from '../../../src/config/read-environment.js';
import { configKeys } from '../../../src/config/config-file.js';
import { readConfig } from '../../../src/config/read-config.js';
import { optionNames, optionOf, optionsOf } from '../../../src/config/schema.js';
import { keyInSection, sections } from '../../../src/config/sections.js';
import { exitCodes } from '../../../src/errors.js';
import { modelSchema } from '../../../src/protocol/run-spec.js';
import { bridleVersion, protocolVersion } from '../../../src/protocol/version.js';

const root = resolve(import.meta.dirname, '../../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const markdownIn = (folder: string): string[] =>
  readdirSync(join(root, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name));
const pages = [...markdownIn('.'), ...markdownIn('docs')];
const { version, scripts } = JSON.parse(read('package.json')) as { version: string; scripts: Record<string, string> };

const withoutCode = (text: string): string => text.replace(/^```[\s\S]*?^```/gm, '').replace(/`[^`\n]*`/g, '');

/** Lists the anchors that GitHub gives a page's headings. */
function anchorsOf(text: string): string[] {
  const headings = Array.from(
    text.replace(/^```[\s\S]*?^```/gm, '').matchAll(/^#+ (.+)$/gm),
    ([, title = '']) => title,
  );
  return headings.map((title) =>
    title
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replace(/\s/g, '-'),
  );
}

/** Lists the relative links of a page that lead nowhere. */
function brokenLinks(page: string): string[] {
  const targets = Array.from(withoutCode(read(page)).matchAll(/\]\(([^)\s]+)\)/g), ([, target = '']) => target);
  return targets.filter((target) => {
    if (/^[a-z]+:/.test(target)) return false;
    const [file = '', anchor] = target.split('#');
    const path = file === '' ? page : join(dirname(page), file);
    if (!existsSync(join(root, path))) return true;
    return anchor !== undefined && !anchorsOf(read(path)).includes(anchor);
  });
}

/** Finds `bridle COMMAND ...` in a page, to the end of its line or code span. */
function commandLines(text: string): { command: CommandName; words: string }[] {
  const pattern = new RegExp(`\\bbridle (${commandNames.join('|')})\\b([^\\n\`|]*)`, 'g');
  return Array.from(text.replace(/\\\n/g, ' ').matchAll(pattern), ([, command, words = '']) => ({
    command: command as CommandName,
    words: words.split(' # ')[0] ?? '',
  }));
}

const flagsOf = (command: CommandName): string[] => [
  ...(['config', 'lab', 'estimate'].includes(command) ? flagsOf('train') : []), // they read the flags of a run
  ...optionsOf(command).flatMap((name) => [name, ...(optionOf(name).aliases ?? [])].map(flagOf)),
  ...(command === 'setup' ? ['--tensorflow'] : []), // read by scripts/setup.mjs
  '--help',
];
const flagPattern = /(?<![\w-])--[a-z][\w-]*/g;

function unknownFlags(text: string): string[] {
  const inCommands = commandLines(text).flatMap(({ command, words }) =>
    (words.match(flagPattern) ?? [])
      .filter((flag) => !flagsOf(command).includes(flag))
      .map((flag) => `bridle ${command} ${flag}`),
  );
  const all = new Set([...commandNames.flatMap(flagsOf), '--version']);
  const alone = Array.from(text.matchAll(/`(--[a-z][\w-]*)[^`\n]*`/g), ([, flag = '']) => flag);
  return [...inCommands, ...alone.filter((flag) => !all.has(flag))];
}

function missingPaths(text: string): string[] {
  const pattern = /(?<![\w/.-])(?:src|test|scripts|docs|bench|proto|schema|examples)\/[\w./-]*[\w/]/g;
  return (text.match(pattern) ?? []).filter((path) => !existsSync(join(root, path)));
}

/** Lists what is wrong with the config files that a page shows. */
function configProblems(text: string): string[] {
  const blocks = Array.from(text.matchAll(/^```(?:yaml|json) run\n([\s\S]*?)^```/gm), ([, block = '']) => block);
  const options = { allowed: configKeys, resolvePath: (path: string) => path };
  return blocks.flatMap((block) => readConfig(block, 'block', options).problems.map(({ message }) => message));
}

const errorCodes = new Set(
  Array.from(read('docs/errors.md').matchAll(/^\| `([A-Z0-9_]+)`/gm), ([, code = '']) => code),
);
/** Words in capitals that are no codes: of the wire, of CUDA, of PyTorch. */
const otherWords = /^(ROLE|PURPOSE|CUDA|TF|XLA|OMP|NODE|WORLD)_/;

/** Lists codes in code spans that docs/errors.md, and so the source, does not have. */
function unknownCodes(text: string): string[] {
  const spans = Array.from(text.matchAll(/`([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)`/g), ([, word = '']) => word);
  return spans.filter((word) => !errorCodes.has(word) && !word.startsWith('BRIDLE_') && !otherWords.test(word));
}

const variables = new Set([...optionNames.map(variableOf), ...otherVariables]);

function unknownVariables(text: string): string[] {
  const named = text.match(/(?<![\w.])BRIDLE_[A-Z][A-Z_0-9]*\b/g) ?? [];
  const ofTests = /^BRIDLE_SIM_/; // read by test/simulation alone
  return named.filter((variable) => !variables.has(variable) && !ofTests.test(variable));
}

/** Lists exit codes that no command ends with. */
function unknownExits(text: string): string[] {
  const known = ['130', '143', ...Object.values(exitCodes).map(String)];
  const said = text.matchAll(/\b(?:exits? (?:code )?|ends with (?:code )?|exit code )`?(\d+)`?(?![\w.,]*\d)/gi);
  return Array.from(said, ([, code = '']) => code).filter((code) => !known.includes(code));
}

/** Lists keys of config files in the code spans of a page that are none. */
function unknownKeys(text: string): string[] {
  const keys = new Set<string>([
    ...configKeys,
    ...sections.flatMap((section) =>
      configKeys.flatMap((name) => {
        const key = keyInSection(section, name);
        return key === undefined ? [] : [`${section}.${key}`];
      }),
    ),
  ]);
  const spans = Array.from(
    text.matchAll(/`((?:data|clip)\.\w+|[a-z]+(?:[A-Z][a-z0-9]+)+)(?:: [^`]*)?`/g),
    ([, key = '']) => key,
  );
  return spans.filter((key) => !keys.has(key));
}

describe.each(pages)('%s', (page) => {
  const text = read(page);

  it('links to files and headings that are there', () => {
    expect(brokenLinks(page)).toEqual([]);
  });

  it('names npm scripts that package.json has', () => {
    const named = Array.from(text.matchAll(/npm run ([\w:-]+)/g), ([, name = '']) => name);
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
  });

  it('gives commands the flags that they have', () => {
    expect(unknownFlags(text)).toEqual([]);
  });

  it('names error codes, variables and exit codes that are there', () => {
    expect([...unknownCodes(text), ...unknownVariables(text), ...unknownExits(text)]).toEqual([]);
  });

  it('shows config files that are sound', () => {
    expect(configProblems(text)).toEqual([]);
  });

  it('names files and folders that are there', () => {
    expect(missingPaths(text)).toEqual([]);
  });
});

it('finds a flag that a command does not have, in blocks and in spans', () => {
  expect(unknownFlags('```sh\nnpx bridle train --epochs 2 --epocs 3 # --not this\n```')).toEqual([
    'bridle train --epocs',
  ]);
  expect(unknownFlags('Run `bridle worker --join URL --seed 1`, or `--nonsense X`, or `--lr`.')).toEqual([
    'bridle worker --seed',
    '--nonsense',
  ]);
  expect(commandLines('bridle train --lr 1 \\\n  --seed 2')).toEqual([
    { command: 'train', words: ' --lr 1    --seed 2' },
  ]);
});

it('finds a code, a variable and an exit code that are not there', () => {
  expect(unknownCodes('`FLAG_VALUE`, `FLAG_VALU`, BRIDLE_SEED, `MESSAGE`')).toEqual(['FLAG_VALU']);
  expect(unknownVariables('BRIDLE_SEED=1 BRIDLE_SED=2')).toEqual(['BRIDLE_SED']);
  expect(unknownExits('It ends with 0, exit code 7, or `exit 130`; a list ends with 1.5 times')).toEqual(['7']);
});

it('docs/library.md lists every event of a run', () => {
  const events = Array.from(read('src/metrics/events.ts').matchAll(/readonly event: '([\w-]+)'/g), ([, name]) => name);
  const listed = Array.from(read('docs/library.md').matchAll(/^\| `([\w-]+)` +\|/gm), ([, name]) => name);
  expect(listed.sort()).toEqual(events.sort());
  expect(events.length).toBeGreaterThan(10);
});

it('docs/protocol.md lists every key of a model, and every word that it can have', () => {
  const rows = new Map(
    Array.from(read('docs/protocol.md').matchAll(/^\| `model\.(\w+)` +\|(.*)$/gm), ([, key = '', row = '']) => [
      key,
      row,
    ]),
  );
  expect([...rows.keys()].sort()).toEqual(Object.keys(modelSchema.shape).sort());
  for (const [key, { def }] of Object.entries(modelSchema.shape)) {
    const words = 'innerType' in def ? def.innerType.def : def;
    const entries = 'entries' in words ? Object.keys(words.entries) : [];
    expect(entries.filter((word) => !rows.get(key)?.includes(`\`${word}\``))).toEqual([]);
  }
});

it('docs/config.md names keys that are there', () => {
  expect(unknownKeys(read('docs/config.md'))).toEqual([]);
  expect(unknownKeys('`hiddenSize: 3`, `hidenSize`, `clip.maxNorm`, `clip.seed`')).toEqual(['hidenSize', 'clip.seed']);
});

it('finds a key that is none in a config file', () => {
  expect(configProblems('```yaml run\nlayers: 2\nlayer: 2\n```')).toHaveLength(1);
});

it('finds a path that is not there', () => {
  expect(missingPaths('`src/errors.ts`, src/nothing.ts, [x](../src/link.ts) and https://host/src/a.ts')).toEqual([
    'src/nothing.ts',
  ]);
});

it('makes the anchors of headings as GitHub does', () => {
  expect(anchorsOf('# A run, on disk\n```\n# no heading\n```\n## `--json` & more_1')).toEqual([
    'a-run-on-disk',
    '--json--more_1',
  ]);
});

it('one version stands in package.json, the source, the README and the changelog', () => {
  expect(bridleVersion).toBe(version);
  expect(/^Version (\S+),/m.exec(read('README.md'))?.[1]).toBe(version);
  expect(/^## \[([^\]]+)\]/m.exec(read('CHANGELOG.md'))?.[1]).toBe(version);
});

it('docs/stability.md names the versions that the source has', () => {
  const now = (row: string) =>
    new RegExp(`^\\| ${row} .*\\| ([\\w., ]+?) +\\|[^|]+\\|$`, 'm').exec(read('docs/stability.md'))?.[1];
  expect(now('protocol')).toBe(`${protocolVersion.major}.${protocolVersion.minor}`);
  expect(now('formats')).toBe(
    `${checkpointFormatVersion} of checkpoints, ${savedStepFormatVersion} of saved steps and ${runFormatVersion} of all others`,
  );
  expect(logFormatVersion).toBe(runFormatVersion);
  expect(now('arithmetic')).toBe(`compute version ${computeVersion}`);
});

it('the rooms in docs/architecture.md are those of the import check, on the same floors', () => {
  const check = /^const floors = \[([\s\S]*?)^\];/m.exec(read('scripts/check-imports.mjs'))?.[1] ?? '';
  const browser = /^const browserRooms = \[([\s\S]*?)^\];/m.exec(read('scripts/check-imports.mjs'))?.[1] ?? '';
  const floors = check.trim().split('\n');
  const wanted = floors.flatMap((line, index) =>
    Array.from(
      line.matchAll(/'([\w-]+)'/g),
      ([, room]) => `${index + 1} ${room}${browser.includes(`'${room}'`) ? ' *' : ''}`,
    ),
  );
  const rows = read('docs/architecture.md').matchAll(/^\| (\d+) +\| `([\w-]+)`( \\?\*)? /gm);
  const inPage = Array.from(rows, ([, floor, room, star]) => `${floor} ${room}${star === undefined ? '' : ' *'}`);
  expect(inPage).toEqual(wanted);
  expect(wanted.length).toBeGreaterThan(15);
});
