// Combinations that cannot be meant, each with the way out. All of them are reported, not only the first.
import { isDeepStrictEqual } from 'node:util';
import { ConfigError } from '../errors.js';
import { normalisesInputs } from '../params/model-spec.js';
import { dataSetOptions, optionsRead } from './data-sets.js';
import { takesMaxNorm } from './clip-rules.js';
import { flagOf, type CommandName } from './option.js';
import { optionOf, type OptionName, type Values } from './schema.js';
import { isGiven, rankOf, spell, type Source } from './source.js';
import { readListenAddress } from './value-types.js';

export interface Settled {
  readonly command: CommandName;
  readonly values: Values;
  readonly sources: Readonly<Record<OptionName, Source>>;
  /** Options whose value was refused already: a check that needs one of them stays silent. */
  readonly refused: ReadonlySet<OptionName>;
}

type Check = (settled: Settled) => readonly ConfigError[];

const loopbackHost = /^(localhost|127\.\d+\.\d+\.\d+|::1|\[::1\])$/i;

/** Says whether a host is this machine's loopback. */
export function isLoopback(host: string): boolean {
  return loopbackHost.test(host);
}

// A run's config.yaml holds every default too, whether it is resumed or given as a config file: a default contradicts nothing.
function wasGiven({ values, sources }: Settled, name: OptionName): boolean {
  const { kind } = sources[name];
  return kind === 'file' ? !isDeepStrictEqual(values[name], optionOf(name).default) : isGiven(sources[name]);
}

/** A value counts against `governing` unless that one came from a stronger source: --clip none silences BRIDLE_MAX_NORM. */
function contradicts(settled: Settled, name: OptionName, governing: OptionName): boolean {
  const { sources } = settled;
  return wasGiven(settled, name) && rankOf(sources[name]) >= rankOf(sources[governing]);
}

function show(value: unknown): string {
  const items = [value].flat().map((item) => (typeof item === 'string' ? item : JSON.stringify(item)));
  return items.join(' ');
}

/** Refuses options that have no meaning beside the value of another. */
function pointless(settled: Settled, governing: OptionName, names: readonly OptionName[]): ConfigError[] {
  const { values, sources } = settled;
  return names
    .filter((name) => contradicts(settled, name, governing))
    .map((name) => {
      const state = `${flagOf(governing)} ${show(values[governing])}`;
      const message = `${spell(name, sources[name])} has no meaning with ${state}. Leave one of the two out.`;
      return new ConfigError('FLAG_CONFLICT', message);
    });
}

const checkEnd: Check = ({ values, sources }) => {
  if (values.steps === undefined || values.epochs === undefined) return [];
  const both = `${spell('steps', sources.steps)} and ${spell('epochs', sources.epochs)}`;
  return [new ConfigError('FLAG_CONFLICT', `${both} both say where the run ends. Give one of the two.`)];
};

const checkData: Check = (settled) => {
  const { values } = settled;
  const { data, dataPath, dataLength, dataMinLength } = values;
  if (settled.refused.has('data')) return [];
  const taken = optionsRead(data);
  const problems = pointless(
    settled,
    'data',
    dataSetOptions.filter((name) => !taken.includes(name)),
  );
  if (taken.includes('dataPath') && dataPath === undefined && !settled.refused.has('dataPath')) {
    const message = `--data ${data} needs the files to learn from: --data-path FILE...`;
    problems.push(new ConfigError('FLAG_CONFLICT', message));
  }
  if ((values.dataValidFraction ?? 0) + (values.dataTestFraction ?? 0) >= 1) {
    const message = `--data-valid-fraction ${values.dataValidFraction} and --data-test-fraction ${values.dataTestFraction} leave nothing to train on. Give less than 1 together.`;
    problems.push(new ConfigError('FLAG_CONFLICT', message));
  }
  if (data === 'adding' && dataLength !== undefined && dataLength < 2) {
    const message = `--data-length must be at least 2 for --data adding (one number from each half), got ${dataLength}.`;
    problems.push(new ConfigError('FLAG_CONFLICT', message));
  }
  if (dataMinLength !== undefined && dataLength !== undefined && dataMinLength > dataLength) {
    const message = `--data-min-length ${dataMinLength} is above --data-length ${dataLength}. Give at most ${dataLength}.`;
    problems.push(new ConfigError('FLAG_CONFLICT', message));
  }
  return problems;
};

/** What makes the built-in model; `loss` and `initFrom` have a meaning with a LayersModel, or with both. */
const builtInOptions = [
  ...(['cell', 'layers', 'hiddenSize', 'bidirectional', 'embedding', 'dropout', 'initializer'] as const),
  ...([
    'recurrentInitializer',
    'outputInitializer',
    'forgetBias',
    'chronoSteps',
    'saveSpikes',
    'bptt',
    'diagnose',
    'norm',
    'zoneout',
    'zoneoutCell',
    'variationalDropout',
    'recurrentDropout',
    'omega',
  ] as const),
];

/** Models of the user's own run on tfjs. */
const checkOwnModel: Check = (settled) => {
  const { model, backend } = settled.values;
  if (model === undefined) return [];
  const hasOwnLoss = !model.endsWith('.json');
  const problems = pointless(settled, 'model', [...builtInOptions, ...(hasOwnLoss ? (['loss'] as const) : [])]);
  if (backend !== 'native') return problems;
  const message =
    '--backend native has kernels for the built-in models alone; --model needs tfjs: --backend tensorflow, wasm or webgpu.';
  return [...problems, new ConfigError('FLAG_CONFLICT', message)];
};

const checkModel: Check = (settled) => {
  const { values } = settled;
  if (values.model !== undefined) return checkOwnModel(settled);
  const problems: ConfigError[] = [];
  const hasGates = values.cell === 'lstm' || values.cell === 'gru';
  if (!hasGates) problems.push(...pointless(settled, 'cell', ['forgetBias', 'chronoSteps']));
  else if (values.initializer === 'pytorch') {
    problems.push(...pointless(settled, 'initializer', ['forgetBias', 'chronoSteps']));
  } else if (values.chronoSteps !== undefined) problems.push(...pointless(settled, 'chronoSteps', ['forgetBias']));
  else if (values.cell === 'gru') problems.push(...pointless(settled, 'cell', ['forgetBias']));
  if (values.layers === 1 && values.dropout > 0) problems.push(...pointless(settled, 'layers', ['dropout']));
  if (values.cell !== 'lstm') problems.push(...pointless(settled, 'cell', ['zoneoutCell']));
  if (!hasGates) problems.push(...pointless(settled, 'cell', ['recurrentDropout']));
  else problems.push(...pointless(settled, 'cell', ['omega']));
  // It looks at a recurrence of its own, which knows neither; what stands on the input path alone is folded into the weights.
  if (values.norm !== 'none' && !normalisesInputs(values.norm))
    problems.push(...pointless(settled, 'norm', ['diagnose']));
  for (const share of ['zoneout', 'zoneoutCell'] as const)
    if (values[share] > 0) problems.push(...pointless(settled, share, ['diagnose']));
  // The regulariser's derivative is that of the plain recurrence.
  if (values.omega > 0) {
    const others = ['norm', 'zoneout', 'variationalDropout'] as const;
    problems.push(...pointless(settled, 'omega', others));
  }
  if (values.data === 'text' && values.bidirectional) {
    const message =
      '--bidirectional would read the very characters that --data text asks for. Leave it out: the next character is predicted from those before it.';
    problems.push(new ConfigError('FLAG_CONFLICT', message));
  }
  return problems;
};

/** Options that an optimizer does not look at. */
const uselessFor: Readonly<Record<Values['optimizer'], readonly OptionName[]>> = {
  sgd: ['beta1', 'beta2', 'epsilon', 'alpha', 'amsgrad'],
  rmsprop: ['beta1', 'beta2', 'nesterov', 'amsgrad'],
  adam: ['momentum', 'nesterov', 'alpha'],
  adamw: ['momentum', 'nesterov', 'alpha'],
};

/** Options that a schedule does not look at. */
const uselessIn: Readonly<Record<Values['schedule'], readonly OptionName[]>> = {
  constant: ['minLearningRate', 'decaySteps', 'decayFactor', 'patience'],
  cosine: ['decaySteps', 'decayFactor', 'patience'],
  linear: ['decaySteps', 'decayFactor', 'patience'],
  step: ['minLearningRate', 'patience'],
  'one-cycle': ['minLearningRate', 'warmupSteps', 'decaySteps', 'decayFactor', 'patience'],
  plateau: ['decaySteps'],
};

const checkBptt: Check = (settled) => {
  const { values, sources } = settled;
  if (values.bptt === undefined) return [];
  const flag = spell('bptt', sources.bptt);
  const problems: string[] = [];
  if (values.data !== 'text') problems.push(`${flag} needs streams to cut: --data text. Leave it out.`);
  if (isGiven(sources.dataLength))
    problems.push(`${flag} and --data-length both give the window. Give one of the two.`);
  if (values.bucket > 0)
    problems.push(`${flag} fixes the order of windows, and so does --bucket. Leave one of the two out.`);
  return problems.map((message) => new ConfigError('FLAG_CONFLICT', message));
};

const checkOptimizer: Check = (settled) => {
  const { values } = settled;
  const problems: ConfigError[] = [];
  if (!values.clip.some(takesMaxNorm)) problems.push(...pointless(settled, 'clip', ['maxNorm']));
  problems.push(...pointless(settled, 'optimizer', uselessFor[values.optimizer]));
  problems.push(...pointless(settled, 'schedule', uselessIn[values.schedule]));
  const isSpikeless = values.onSpike === 'none';
  if (isSpikeless) problems.push(...pointless(settled, 'onSpike', ['spikeFactor', 'spikeWindow', 'rollbackEvery']));
  else if (values.onSpike !== 'rollback') problems.push(...pointless(settled, 'onSpike', ['rollbackEvery']));
  if (values.nesterov && values.momentum === 0) {
    problems.push(new ConfigError('FLAG_CONFLICT', '--nesterov needs a momentum: --momentum 0.9.'));
  }
  if (values.schedule === 'plateau' && values.evaluateEvery === 0) {
    const message = '--schedule plateau watches the evaluation loss, and --evaluate-every 0 leaves evaluations out.';
    problems.push(new ConfigError('FLAG_CONFLICT', `${message} Give a number of steps.`));
  }
  if (values.minLearningRate > values.learningRate) {
    const message = `--min-learning-rate ${values.minLearningRate} is above --learning-rate ${values.learningRate}: it would rise.`;
    problems.push(new ConfigError('FLAG_CONFLICT', message));
  }
  if (values.steps !== undefined && values.warmupSteps >= values.steps && values.warmupSteps > 0) {
    const message = `--warmup-steps ${values.warmupSteps} leaves no step of --steps ${values.steps} at the full learning rate. Give fewer.`;
    problems.push(new ConfigError('FLAG_CONFLICT', message));
  }
  return problems;
};

const checkRunFolder: Check = (settled) => {
  if (settled.values.resume === undefined || !wasGiven(settled, 'runName')) return [];
  const message = '--run-name names a new run and --resume goes on with an old one. Leave one of the two out.';
  return [new ConfigError('FLAG_CONFLICT', message)];
};

const checkTls: Check = ({ values: { tlsCert, tlsKey, listen }, refused }) => {
  const problems: ConfigError[] = [];
  const isRefused = refused.has('tlsCert') || refused.has('tlsKey');
  if (!isRefused && (tlsCert === undefined) !== (tlsKey === undefined)) {
    const [given, missing] = tlsCert === undefined ? ['--tls-key', '--tls-cert'] : ['--tls-cert', '--tls-key'];
    problems.push(new ConfigError('FLAG_CONFLICT', `${given} needs ${missing} beside it.`));
  }
  if (tlsCert !== undefined && listen.startsWith('unix:')) {
    const message = '--tls-cert has no meaning on a Unix socket. Leave it out, or listen at HOST:PORT.';
    problems.push(new ConfigError('FLAG_CONFLICT', message));
  }
  return problems;
};

const checkListen: Check = ({ values: { listen, tlsCert, insecure } }) => {
  const address = readListenAddress(listen);
  if ('unixPath' in address || isLoopback(address.host) || tlsCert !== undefined || insecure) return [];
  return [
    new ConfigError(
      'INSECURE_ADDRESS',
      `--listen ${listen} is open to other machines without encryption. Serve TLS with --tls-cert FILE --tls-key FILE, or accept plain text with --insecure.`,
    ),
  ];
};

const checkJoin: Check = ({ command, values: { join, tlsCa, tlsFingerprint, insecure }, refused }) => {
  if (join === undefined) {
    if (command !== 'worker' || refused.has('join')) return [];
    const message =
      'bridle worker needs --join URL: the address that bridle coordinator printed, for example ws://127.0.0.1:29600.';
    return [new ConfigError('FLAG_MISSING', message)];
  }
  const url = new URL(join);
  if (url.username || url.password || url.search || url.hash) {
    const message =
      '--join must be an address only, without user, password, query or fragment. The token comes from --token-file FILE or BRIDLE_TOKEN.';
    return [new ConfigError('TOKEN_IN_ARGV', message)];
  }
  if (url.protocol === 'ws:' && !isLoopback(url.hostname) && !insecure) {
    const message = `--join ${join} would send the token and the weights as plain text. Use wss:// (coordinator: --tls-cert, --tls-key), or accept it with --insecure.`;
    return [new ConfigError('INSECURE_ADDRESS', message)];
  }
  if (tlsCa !== undefined && url.protocol !== 'wss:') {
    return [new ConfigError('FLAG_CONFLICT', `--tls-ca has no meaning with ${join}: only wss:// has certificates.`)];
  }
  if (tlsFingerprint !== undefined && url.protocol !== 'wss:') {
    const message = `--tls-fingerprint has no meaning with ${join}: only wss:// has certificates.`;
    return [new ConfigError('FLAG_CONFLICT', message)];
  }
  if (tlsFingerprint !== undefined && tlsCa !== undefined) {
    const message = '--tls-ca and --tls-fingerprint both say which certificate to trust. Give one of the two.';
    return [new ConfigError('FLAG_CONFLICT', message)];
  }
  return [];
};

/** What only the coordinator's own process and events can tell is not to be had through --join. */
const checkBench: Check = (settled) => {
  const { join } = settled.values;
  if (join === undefined) return [];
  const names = ['params', 'shards', 'maxRssMb', 'maxCoefficientError'] as const;
  return names
    .filter((name) => wasGiven(settled, name))
    .map((name) => {
      const message = `${spell(name, settled.sources[name])} has no meaning with --join: it concerns a coordinator that the load test starts itself. Leave one of the two out.`;
      return new ConfigError('FLAG_CONFLICT', message);
    });
};

const runChecks = [checkEnd, checkData, checkModel, checkBptt, checkOptimizer, checkRunFolder, checkTls, checkListen];
const checks: Readonly<Record<CommandName, readonly Check[]>> = {
  train: runChecks,
  coordinator: runChecks,
  worker: [checkJoin, checkOwnModel],
  doctor: [checkJoin],
  setup: [],
  inspect: [],
  evaluate: [],
  predict: [],
  generate: [],
  export: [],
  diagnose: [],
  reproduce: [],
  replay: [],
  config: [],
  estimate: [],
  bench: [checkJoin, checkBench],
  lab: [],
  cert: [],
};

/** Finds every combination that cannot be meant. */
export function findConflicts(settled: Settled): ConfigError[] {
  return checks[settled.command].flatMap((check) => check(settled));
}
