import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseCommandLine, readCommandLine, settleCommandLine } from '../../../src/config/parse-command-line.js';
import { resolveTraining } from '../../../src/config/resolve-training.js';
import { formatRunConfig, loadRunConfig, parseRunConfig } from '../../../src/config/run-config.js';

const first = parseCommandLine(
  ['train', '--lr', '3e-4', '--steps', '100', '--data', 'text', '--data-path', '/a b.txt', '/c.txt', '--insecure'],
  { BRIDLE_HIDDEN_SIZE: '16' },
);
const yaml = formatRunConfig(first);
const run = parseRunConfig(yaml, 'runs/x/config.yaml');

function resume(line: string, env: Record<string, string> = {}) {
  return settleCommandLine(readCommandLine(['train', '--resume', ...line.split(' ').filter(Boolean)], env), run);
}

describe('config.yaml', () => {
  it('says where every value came from, and keeps what only concerns one start out', () => {
    expect(yaml).toMatch(/^ {2}learningRate: 0\.0003 # from --lr$/m);
    expect(yaml).toMatch(/^ {2}hiddenSize: 16 # from BRIDLE_HIDDEN_SIZE$/m);
    expect(yaml).toMatch(/^ {2}seed: 42 # default$/m);
    expect(yaml).toContain('dataPath: [ /a b.txt, /c.txt ] # from --data-path\n');
    expect(yaml).not.toMatch(/^ +(tokenFile|insecure|resume|json|epochs):/m);
  });

  it('comes back as it was written', () => {
    expect(resolveTraining(resume('').values)).toEqual(resolveTraining(first.values));
    expect(resume('').sources.seed).toEqual({ kind: 'run' });
  });

  it('is refused with file, line and column', () => {
    const parse = (text: string) => () => parseRunConfig(text, 'c.yaml');
    expect(parse('formatVersion: 1\nresolved:\n  seed: -3\n')).toThrow('c.yaml:3:3 seed must be a whole number');
    expect(parse('formatVersion: 1\nresolved:\n  sed: 3\n')).toThrow('c.yaml:3:3 "sed" is not an option');
    expect(parse('formatVersion: 2\nresolved: {}\n')).toThrow('formatVersion must be 1, got 2');
    expect(parse('formatVersion: 1\nresolved: [\n')).toThrow('is not YAML');
    expect(parse('formatVersion: 1\n')).toThrow('"resolved" must be a map');
  });

  it('is read from a run folder, and its absence is named', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'bridle-config-'));
    try {
      await expect(loadRunConfig(folder)).rejects.toMatchObject({ code: 'RUN_CONFIG' });
      await writeFile(join(folder, 'config.yaml'), yaml);
      expect((await loadRunConfig(folder)).values).toEqual(run.values);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe('resuming', () => {
  it('refuses what fixes the bits, naming the flag, the old and the new value', () => {
    expect(() => resume('--hidden 32')).toThrow(/--hidden is 32 now and was 16 in runs\/x\/config\.yaml/);
    expect(() => resume('', { BRIDLE_SEED: '7' })).toThrow(/BRIDLE_SEED is 7 now and was 42/);
    expect(() => resume('--init-from w.safetensors')).toThrow(/was not set/);
    expect(() => resume('--shards 4')).toThrow(expect.objectContaining({ code: 'RESUME_CONFLICT', exitCode: 2 }));
  });

  it('accepts equal values, and what does not fix the bits', () => {
    expect(resume('--seed 42 --workers 3 --threads 2 --save-every 5 --listen 127.0.0.1:0').values.workers).toBe(3);
    expect(resume('--backend wasm').values.backend).toBe('wasm');
  });

  it('lets the end move, from steps to epochs too, but not under a cosine schedule', () => {
    expect(resume('--steps 200').values).toMatchObject({ steps: 200, epochs: undefined });
    expect(resume('--epochs 4').values).toMatchObject({ steps: undefined, epochs: 4 });
    const cosine = parseRunConfig(formatRunConfig(parseCommandLine(['train', '--schedule', 'cosine'], {})), 'c');
    const longer = readCommandLine(['train', '--resume', '--epochs', '4'], {});
    expect(() => settleCommandLine(longer, cosine)).toThrow(expect.objectContaining({ code: 'RESUME_CONFLICT' }));
  });

  it("does not take the run's defaults for contradictions", () => {
    const plain = parseRunConfig(
      formatRunConfig(parseCommandLine(['train', '--clip', 'none', '--cell', 'rnn'], {})),
      'c',
    );
    expect(settleCommandLine(readCommandLine(['train', '--resume'], {}), plain).values.clip).toEqual(['none']);
  });

  it('asks for --insecure again: it is not inherited', () => {
    const open = parseCommandLine(['train', '--listen', '0.0.0.0:1', '--insecure'], {});
    const inherited = parseRunConfig(formatRunConfig(open), 'c');
    const again = readCommandLine(['train', '--resume'], {});
    expect(() => settleCommandLine(again, inherited)).toThrow(expect.objectContaining({ code: 'INSECURE_ADDRESS' }));
  });
});
