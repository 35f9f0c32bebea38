import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addConfigFile, addConfigText, configKeys } from '../../../src/config/config-file.js';
import { formatConfigTemplate } from '../../../src/config/config-template.js';
import { formatConfigSchema } from '../../../src/config/json-schema.js';
import { readCommandLine, settleCommandLine } from '../../../src/config/parse-command-line.js';
import { readConfig } from '../../../src/config/read-config.js';
import { formatRunConfig, parseRunConfig } from '../../../src/config/run-config.js';
import { optionNames, optionOf } from '../../../src/config/schema.js';

const here = resolve('run.yaml');

function settle(text: string, line = '', env: Record<string, string> = {}, command = 'train') {
  const given = readCommandLine([command, ...line.split(' ').filter(Boolean)], env);
  addConfigText(given.command, given, text, here);
  return settleCommandLine(given);
}

describe('a config file', () => {
  it('says the same in nested and in flat form, in YAML and in JSON', () => {
    const flat = settle('data: text\ndataPath: a.txt\nclip: value\nmaxNorm: 0.5\n');
    const nested = settle('data: { name: text, path: [a.txt] }\nclip:\n  name: value\n  maxNorm: 0.5\n');
    const json = settle('{\n\t"data": {"name": "text", "path": "a.txt"},\n\t"clip": "value", "maxNorm": 0.5\n}');
    expect(nested.values).toEqual(flat.values);
    expect(json.values).toEqual(flat.values);
  });

  it('stands below the environment and flags, above defaults, and every value keeps its source', () => {
    const text = 'hiddenSize: 16\nseed: 3\nlayers: 2\n';
    const { values, sources } = settle(text, '--layers 4', { BRIDLE_SEED: '9' });
    expect([values.hiddenSize, values.seed, values.layers, values.globalBatch]).toEqual([16, 9, 4, 64]);
    expect(sources.hiddenSize).toEqual({ kind: 'file', key: 'hiddenSize', place: 'run.yaml:1:1' });
    expect([sources.seed.kind, sources.layers.kind, sources.globalBatch.kind]).toEqual([
      'environment',
      'flag',
      'default',
    ]);
  });

  it('is kept in the config.yaml of its run, with the place of each value', () => {
    expect(formatRunConfig(settle('seed: 5\n'))).toMatch(/^ {2}seed: 5 # from run\.yaml:1:1$/m);
  });

  it('may be the config.yaml of a run', () => {
    const first = settle('hiddenSize: 16\n', '--data adding --steps 3 --clip none --cell rnn');
    const again = settle(formatRunConfig(first));
    expect({ ...again.values }).toEqual({ ...first.values });
  });

  it('lets a flag and the environment move the end that it set', () => {
    expect(settle('steps: 100\n', '--epochs 2').values).toMatchObject({ steps: undefined, epochs: 2 });
    expect(settle('epochs: 2\n', '', { BRIDLE_STEPS: '5' }).values).toMatchObject({ steps: 5, epochs: undefined });
    expect(settle('clip: none\n', '--clip value').values.clip).toEqual(['value']);
    expect(settle('maxNorm: 3\n', '--clip none').values.clip).toEqual(['none']);
  });

  it('beside --resume may say what the run says, and nothing that changes its bits', () => {
    const run = parseRunConfig(formatRunConfig(settle('seed: 5\n')), 'runs/x/config.yaml');
    const resume = (text: string) => {
      const given = readCommandLine(['train', '--resume'], {});
      addConfigText('train', given, text, here);
      return settleCommandLine(given, run);
    };
    expect(resume('seed: 5\nkeep: 9\n').values).toMatchObject({ seed: 5, keep: 9 });
    expect(() => resume('seed: 6\n')).toThrow('run.yaml:1:1 seed is 6 now and was 5 in runs/x/config.yaml');
  });

  it('looks for the files that it names in its own folder', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'bridle-config-'));
    try {
      const path = join(folder, 'run.yaml');
      await writeFile(path, 'data: { name: text, path: corpus/a.txt }\ntokenFile: /etc/token\n');
      const given = readCommandLine(['train', '--config', path], {});
      await addConfigFile('train', given);
      expect(given.values.get('dataPath')).toEqual([join(folder, 'corpus', 'a.txt')]);
      expect(given.values.get('tokenFile')).toBe('/etc/token');
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('serves the coordinator too, which leaves out what only local workers need', () => {
    expect(settle('threads: 2\nlayers: 3\n', '', {}, 'coordinator').values.layers).toBe(3);
  });

  it('is refused when it is absent, or no config file by its size', async () => {
    const given = readCommandLine(['train', '--config', '/nowhere/run.yaml'], {});
    await addConfigFile('train', given);
    expect(given.problems).toMatchObject([{ code: 'CONFIG_FILE', message: expect.stringContaining('ENOENT') }]);
  });
});

describe('problems of a config file', () => {
  const problemsOf = (text: string) =>
    readConfig(text, 'c.yaml', { allowed: configKeys, resolvePath: (path) => path }).problems.map(
      ({ code, message }) => `${code} ${message}`,
    );

  it('are all reported, each with its place and a way out', () => {
    expect(problemsOf('hidenSize: 12\nlr: 0.1\nclip: { nme: value }\nseed:\nsteps: -3\n')).toEqual([
      'CONFIG_KEY c.yaml:1:1 "hidenSize" is not an option of bridle. Did you mean hiddenSize?',
      'CONFIG_KEY c.yaml:2:1 "lr" is not an option of bridle. Did you mean learningRate?',
      'CONFIG_KEY c.yaml:3:9 "clip.nme" is not an option of bridle. Did you mean clip.name?',
      expect.stringMatching(/^FLAG_VALUE_MISSING c\.yaml:4:1 seed needs a value/),
      expect.stringMatching(/^FLAG_VALUE c\.yaml:5:1 steps must be a whole number/),
    ]);
  });

  it.each([
    ['a secret', 'token: abc', /tokenFile/],
    ['a flag of another command', 'tlsCa: x', /belongs to the command line/],
    ['a snake', 'hidden_size: 3', /Did you mean hiddenSize/],
    ['a key twice', 'seed: 1\nseed: 2', /2:1 has a key twice/],
    [
      'one option in two forms',
      'data: { name: text, path: a }\ndataPath: b',
      /2:1 dataPath says again .* c\.yaml:1:21/,
    ],
    ['a list', '- a', /must be a map of options/],
    ['broken YAML', 'a: [1', /CONFIG_FILE c\.yaml:1:\d+ is not YAML/],
    ['a map where a value belongs', 'seed: { a: 1 }', /seed must be a whole number/],
    ['another format', 'formatVersion: 9\nresolved: {}', /formatVersion must be 1, got 9/],
  ])('name %s', (_what, text, wanted) => {
    expect(problemsOf(text).join('\n')).toMatch(wanted);
  });

  it('never come as a crash, whatever the file holds', () => {
    const words = fc.constantFrom(
      'seed',
      'clip',
      'data',
      ':',
      ' ',
      '\n',
      '  ',
      '{',
      '}',
      '[',
      '- ',
      '&a',
      '*a',
      '1',
      '"',
      '\t',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(words).map((all) => all.join('')),
        ),
        (text) => {
          expect(Array.isArray(problemsOf(text))).toBe(true);
        },
      ),
    );
  });
});

describe('what is written for people and editors', () => {
  it('a fresh config file is valid, and so is every default in it', () => {
    const template = formatConfigTemplate('schema.json');
    expect(settle(template).values).toEqual(settle('').values);
    const uncommented = template.replace(/^# (\w+: \S.*)$/gm, '$1');
    expect(settle(uncommented).values).toEqual(settle('').values);
    for (const name of configKeys) expect(template).toContain(`# ${name}:`);
  });

  it('the published schema is that of the table', () => {
    const path = resolve(import.meta.dirname, '../../../schema/run.schema.json');
    expect(readFileSync(path, 'utf8'), 'run: node scripts/generate-cli-docs.mjs').toBe(formatConfigSchema());
  });

  it('the schema has every key, its default, and its choices', () => {
    const { properties } = JSON.parse(formatConfigSchema()) as { properties: Record<string, Record<string, unknown>> };
    expect(Object.keys(properties)).toEqual(['$schema', ...configKeys]);
    expect(properties['hiddenSize']).toMatchObject({ type: 'integer', minimum: 1, default: 128 });
    expect(properties['optimizer']?.['enum']).toContain('adamw');
    expect(properties['json']).toMatchObject({ type: 'boolean', default: false });
    expect(JSON.stringify(properties['clip'])).toContain('"maxNorm"');
    for (const name of configKeys) expect(properties[name]?.['description'], name).toContain(optionOf(name).about);
  });
});

it('a run config names all that is wrong with it', () => {
  const parse = () => parseRunConfig('formatVersion: 1\nresolved:\n  sed: 3\n  steps: 0\n', 'c.yaml');
  expect(parse).toThrow(/3:3 "sed"[\s\S]*4:3 steps must be/);
  expect(optionNames).toContain('config');
});
