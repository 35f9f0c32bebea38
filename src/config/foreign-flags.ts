// Flags that users of other trainers reach for and that have no twin here: each is answered with the right one.
import { ConfigError } from '../errors.js';

const perDevice = 'bridle counts sequences over all workers, whatever their number: --global-batch N.';
const precision = 'bridle computes in float32. Leave it out.';
const device = 'Choose what computes with --backend, how many processes with --workers.';
const ranks =
  'bridle needs no ranks: start "bridle coordinator" on one machine and "bridle worker --join URL" on others.';

const advice: Readonly<Record<string, string>> = {
  perDeviceTrainBatchSize: perDevice,
  perGpuTrainBatchSize: perDevice,
  trainBatchSize: perDevice,
  microBatchSize: perDevice,
  perDeviceEvalBatchSize: 'Evaluation uses the shape of a training shard: --global-batch N and --shards V.',
  evalBatchSize: 'Evaluation uses the shape of a training shard: --global-batch N and --shards V.',
  gradientAccumulationSteps: 'A global batch may be as large as you like: --global-batch N, cut into --shards V.',
  accumulateGradBatches: 'A global batch may be as large as you like: --global-batch N, cut into --shards V.',
  clipnorm:
    "Keras's clipnorm clips each tensor by itself: --clip tensor-norm:X. The whole gradient: --clip global-norm:X.",
  clipvalue: 'Use --clip value:X.',
  clipGrad: 'Use --clip global-norm:X.',
  gradientClipAlgorithm: 'Use --clip global-norm:X or --clip value:X.',
  numWorkers: "PyTorch's num_workers are data loaders; here processes that compute are meant: --workers N.",
  nnodes: ranks,
  nodeRank: ranks,
  rank: ranks,
  worldSize: ranks,
  masterAddr: 'The coordinator listens with --listen HOST:PORT, workers take --join URL.',
  masterPort: 'The coordinator listens with --listen HOST:PORT, workers take --join URL.',
  rdzvEndpoint: 'The coordinator listens with --listen HOST:PORT, workers take --join URL.',
  port: 'Use --listen HOST:PORT.',
  host: 'Use --listen HOST:PORT.',
  connect: 'Use --join URL.',
  outputDir: 'Use --out DIR (every run gets its own folder in it), and --run-name NAME.',
  warmupRatio: 'Use --warmup-steps N.',
  evalStrategy: 'Use --evaluate-every N; without it every epoch is evaluated.',
  saveStrategy: 'Use --save-every N; without it every epoch is saved.',
  device,
  gpu: device,
  gpus: device,
  cpu: device,
  noCuda: device,
  fp16: precision,
  bf16: precision,
  amp: precision,
  fullDeterminism:
    'Every run is deterministic: the same bits for the same configuration, seed and --shards. Leave it out.',
  deterministic:
    'Every run is deterministic: the same bits for the same configuration, seed and --shards. Leave it out.',
  model: 'Use --cell rnn, relu, lstm or gru, with --layers N and --hidden-size N.',
  modelType: 'Use --cell rnn, relu, lstm or gru, with --layers N and --hidden-size N.',
  rnnType: 'Use --cell rnn, relu, lstm or gru.',
  doTrain: 'bridle train trains and evaluates. Leave it out.',
  doEval: 'bridle train trains and evaluates. Leave it out.',
};

/** Answers a flag of another trainer; undefined for a flag that nobody knows. */
export function answerForeignFlag(name: string, flag: string): ConfigError | undefined {
  if (['token', 'authToken', 'password'].includes(name)) {
    return new ConfigError(
      'TOKEN_IN_ARGV',
      `${flag} would show the token to everyone who lists this machine's processes. Put it into a file (--token-file FILE) or into BRIDLE_TOKEN.`,
    );
  }
  const answer = advice[name];
  return answer === undefined
    ? undefined
    : new ConfigError('FOREIGN_FLAG', `${flag} is not a flag of bridle. ${answer}`);
}
