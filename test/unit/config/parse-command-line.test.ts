import { describe, expect, it } from 'vitest';
import { parseCommandLine } from '../../../src/config/parse-command-line.js';
import { options } from '../../../src/config/schema.js';
import { BridleError, ConfigError } from '../../../src/errors.js';

function refuse(argv: readonly string[], env: Record<string, string> = {}): ConfigError {
  try {
    parseCommandLine(argv, env);
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error(`${argv.join(' ')} was accepted`);
}

describe('values', () => {
  it('takes HOST:PORT as an address to join, as torchrun does', () => {
    expect(parseCommandLine(['worker', '--join', '127.0.0.1:29600'], {}).values.join).toBe('ws://127.0.0.1:29600');
  });

  it.each([
    ['localhost', 'ws://localhost:29600'],
    ['127.0.0.1:1', 'ws://127.0.0.1:1'],
    ['[::1]', 'ws://[::1]:29600'],
    ['ws://localhost', 'ws://localhost:29600'],
    ['wss://far.example/', 'wss://far.example:29600/'],
    ['wss://far.example:443', 'wss://far.example:443'],
    ['unix:/tmp/a.sock', 'unix:/tmp/a.sock'],
  ])('joins %s at %s: a port that is left out is the one that coordinators listen at', (given, meant) => {
    for (const command of ['worker', 'doctor'])
      expect(parseCommandLine([command, '--join', given], {}).values.join).toBe(meant);
    expect(options.listen.default).toMatch(/:29600$/);
  });

  it('takes the last of a repeated flag, so that scripts can append to a command', () => {
    expect(parseCommandLine(['train', '--seed', '1', '--seed', '2'], {}).values.seed).toBe(2);
  });

  it("fills in the issue's defaults", () => {
    const { values } = parseCommandLine(['train'], {});
    expect(values).toMatchObject({
      data: 'mnist-rows',
      cell: 'lstm',
      layers: 1,
      hiddenSize: 128,
      globalBatch: 64,
      shards: 8,
      optimizer: 'adam',
      learningRate: 0.002,
      clip: ['global-norm'],
      maxNorm: 1,
      initializer: 'glorot-uniform',
      recurrentInitializer: 'orthogonal',
      forgetBias: 1,
      seed: 42,
      workers: 'auto',
      listen: '127.0.0.1:29600',
      epochs: 1,
      weightDecay: 0,
    });
    expect(values.evaluateEvery).toBeUndefined();
    expect(values.steps).toBeUndefined();
  });

  it('reads values after a space or an equals sign, with - or _, by name or alias', () => {
    const argv = [
      'train',
      '--hidden_size=32',
      '--batch',
      '16',
      '--lr',
      '1e-2',
      '--max-grad-norm',
      '.5',
      '--workers',
      '3',
    ];
    const { values } = parseCommandLine(argv, {});
    expect(values).toMatchObject({ hiddenSize: 32, globalBatch: 16, learningRate: 0.01, maxNorm: 0.5, workers: 3 });
  });

  it('takes several files after one --data-path, and the flag again', () => {
    const argv = ['train', '--data', 'text', '--data-path', '/a', '/b', '--seed', '1', '--data-path', '/c'];
    expect(parseCommandLine(argv, {}).values).toMatchObject({ dataPath: ['/a', '/b', '/c'], dataLength: 64 });
  });

  it('lets a flag win over the environment, and the environment over a default, and keeps the source', () => {
    const env = { BRIDLE_SEED: '7', BRIDLE_HIDDEN_SIZE: '16', BRIDLE_DROP_LAST: '1', BRIDLE_LAYERS: '' };
    const { values, sources } = parseCommandLine(['train', '--seed', '9'], env);
    expect(values).toMatchObject({ seed: 9, hiddenSize: 16, dropLast: true, layers: 1 });
    expect(sources.seed).toEqual({ kind: 'flag', flag: '--seed' });
    expect(sources.hiddenSize).toEqual({ kind: 'environment', variable: 'BRIDLE_HIDDEN_SIZE' });
    expect(sources.layers).toEqual({ kind: 'default' });
  });

  it('lets --steps silence epochs that only the environment names, and --clip none a threshold from there', () => {
    const env = { BRIDLE_EPOCHS: '3', BRIDLE_MAX_NORM: '2' };
    const { values } = parseCommandLine(['train', '--steps', '5', '--clip', 'none'], env);
    expect(values).toMatchObject({ steps: 5, epochs: undefined, clip: ['none'] });
  });

  it('takes --resume with and without a folder', () => {
    expect(parseCommandLine(['train', '--resume'], {}).values.resume).toBe('latest');
    expect(parseCommandLine(['train', '--resume', '--steps', '3'], {}).values.resume).toBe('latest');
    expect(parseCommandLine(['train', '--resume', 'runs/x'], {}).values.resume).toBe('runs/x');
  });

  it('lets defaults follow other values', () => {
    expect(parseCommandLine(['train', '--optimizer', 'adamw'], {}).values.weightDecay).toBe(0.01);
    expect(parseCommandLine(['train', '--initializer', 'pytorch'], {}).values.recurrentInitializer).toBe('pytorch');
    const adding = parseCommandLine(['train', '--data', 'adding'], {}).values;
    expect(adding).toMatchObject({ dataLength: 50, dataExamples: 20_000 });
  });
});

describe('refusals', () => {
  it('reports everything that is wrong at once', () => {
    const argv = [
      'train',
      '--hiden-size',
      '3',
      '--lr',
      'abc',
      '--seed',
      '--clip',
      'none',
      '--max-norm',
      '2',
      '--tls-key',
      '/k',
    ];
    const error = refuse(argv);
    expect(error.code).toBe('USAGE');
    expect(error.exitCode).toBe(2);
    expect(error.message).toMatchInlineSnapshot(`
      "5 problems, nothing was started:
        UNKNOWN_FLAG: --hiden-size is not a flag of bridle train. Did you mean --hidden-size? See bridle train --help.
        FLAG_VALUE: --lr must be a number above 0, got "abc".
        FLAG_VALUE_MISSING: --seed needs a value: a whole number from 0 to 9007199254740991.
        FLAG_CONFLICT: --max-norm has no meaning with --clip none. Leave one of the two out.
        FLAG_CONFLICT: --tls-key needs --tls-cert beside it."
    `);
  });

  const single: readonly (readonly [argv: string, code: string, says: string])[] = [
    ['train --shard 4', 'UNKNOWN_FLAG', 'Did you mean --shards?'],
    ['train --join ws://localhost:1', 'UNKNOWN_FLAG', 'but of bridle worker, bridle doctor'],
    ['train -x', 'UNKNOWN_FLAG', '-x'],
    ['train --per-device-train-batch-size 8', 'FOREIGN_FLAG', '--global-batch'],
    ['train --clipvalue=0.5', 'FOREIGN_FLAG', '--clip value:X'],
    ['train --num_workers 4', 'FOREIGN_FLAG', '--workers'],
    ['train --layers 0', 'FLAG_VALUE', 'a whole number from 1 to 64, got "0"'],
    ['train --layers 1.5', 'FLAG_VALUE', 'got "1.5"'],
    ['train --seed 0x10', 'FLAG_VALUE', 'got "0x10"'],
    ['train --seed 9007199254740993', 'FLAG_VALUE', 'from 0 to 9007199254740991'],
    ['train --l1 -1', 'FLAG_VALUE', 'got "-1"'],
    ['train --max-norm Infinity', 'FLAG_VALUE', 'got "Infinity"'],
    ['train --optimizer adamw_torch', 'FLAG_VALUE', 'sgd, rmsprop, adam, adamw'],
    ['train --json=maybe', 'FLAG_VALUE', 'true or false'],
    ['train --workers 0', 'FLAG_VALUE', 'auto or a whole number'],
    ['train --lr 1 --learning-rate 2', 'FLAG_REPEATED', '--lr and --learning-rate'],
    ['train --out', 'FLAG_VALUE_MISSING', '--out'],
    ['train now', 'UNEXPECTED_ARGUMENT', '"now"'],
    ['inspect a b', 'UNEXPECTED_ARGUMENT', '"b"'],
    ['train --steps 3 --epochs 2', 'FLAG_CONFLICT', '--steps and --epochs'],
    ['train --data text', 'FLAG_CONFLICT', '--data-path'],
    ['train --data-path x.txt', 'FLAG_CONFLICT', '--data mnist-rows'],
    ['train --data-length 9', 'FLAG_CONFLICT', '--data-length'],
    ['train --data adding --data-length 9 --data-min-length 10', 'FLAG_CONFLICT', 'at most 9'],
    ['train --optimizer sgd --beta1 0.5', 'FLAG_CONFLICT', '--beta1'],
    ['train --momentum 0.9', 'FLAG_CONFLICT', '--optimizer adam'],
    ['train --cell rnn --forget-bias 2', 'FLAG_CONFLICT', '--forget-bias'],
    ['train --cell gru --forget-bias 2', 'FLAG_CONFLICT', '--forget-bias'],
    ['train --dropout 0.2', 'FLAG_CONFLICT', '--dropout'],
    ['train --data text --data-path a.txt --bidirectional', 'FLAG_CONFLICT', '--bidirectional'],
    ['train --steps 5 --warmup-steps 5', 'FLAG_CONFLICT', '--warmup-steps 5'],
    ['train --resume --run-name a', 'FLAG_CONFLICT', '--run-name'],
    ['train --tls-cert a', 'FLAG_CONFLICT', '--tls-key'],
    ['train --listen 0.0.0.0:29600', 'INSECURE_ADDRESS', '--insecure'],
    ['train --listen localhost', 'FLAG_VALUE', 'HOST:PORT'],
    ['worker', 'FLAG_MISSING', '--join URL'],
    ['worker --join ws://far.example:29600', 'INSECURE_ADDRESS', 'wss://'],
    ['worker --join http://localhost:1', 'FLAG_VALUE', 'ws://'],
    ['train --data text --data-path', 'FLAG_VALUE_MISSING', '--data-path'],
    ['worker --join ws://localhost:1 --tls-ca a', 'FLAG_CONFLICT', '--tls-ca'],
    ['trian', 'UNKNOWN_COMMAND', 'Did you mean bridle train?'],
  ];
  it.each(single)('refuses: bridle %s', (line, code, says) => {
    const error = refuse(line.split(' '));
    expect(error.code).toBe(code);
    expect(error.message).toContain(says);
  });

  it('never repeats a secret', () => {
    const lines = [
      'train --token hush',
      'train --token=hush',
      'worker --join wss://u:hush@a:1',
      'worker --join ws://a:1/?t=hush',
    ];
    for (const line of [...lines, 'worker --join http://u:hush@a:1', 'worker --join wss://a:b/?t=hush']) {
      expect(refuse(line.split(' ')).message).not.toContain('hush');
    }
    for (const line of lines) expect(refuse(line.split(' ')).code).toBe('TOKEN_IN_ARGV');
  });

  it('names a misspelled variable, and leaves those of other programs alone', () => {
    expect(refuse(['train'], { BRIDLE_HIDEN_SIZE: '3' })).toMatchObject({
      code: 'UNKNOWN_VARIABLE',
      message: expect.stringContaining('BRIDLE_HIDDEN_SIZE'),
    });
    const others = { BRIDLE_TOKEN: 'x', BRIDLE_NATIVE: '0', BRIDLE_PATH_MARKER: '1', HIDDEN_SIZE: '3' };
    expect(() => parseCommandLine(['train'], others)).not.toThrow(BridleError);
  });

  it('names the variable whose value is bad', () => {
    expect(refuse(['train'], { BRIDLE_LAYERS: 'many' }).message).toContain('BRIDLE_LAYERS must be a whole number');
  });
});

it('accepts the ways to reach other machines, and streams and text on every backend', () => {
  const lines = [
    'coordinator --listen 0.0.0.0:29600 --insecure',
    'coordinator --listen 0.0.0.0:29600 --tls-cert a --tls-key b',
    'coordinator --listen [::1]:0',
    'coordinator --listen unix:/tmp/bridle.sock',
    'worker --join wss://far.example:29600 --tls-ca ca.pem --workers auto',
    'worker --join ws://far.example:29600 --insecure',
    'worker --join unix:/tmp/bridle.sock',
    'train --data text --data-path a --bptt 8 --backend tensorflow',
    'generate --backend tensorflow',
    'doctor',
  ];
  for (const line of lines) expect(() => parseCommandLine(line.split(' '), {}), line).not.toThrow();
});
