// The commands, as help texts show them. Nothing heavy is imported here: bridle --help must answer at once.
import type { CommandName } from './option.js';

export interface Command {
  readonly summary: string;
  readonly usage: string;
  readonly about: string;
  readonly examples: readonly (readonly [line: string, meaning: string])[];
  /** Bare arguments that the command takes. */
  readonly maxArguments: number;
}

export const commands: Readonly<Record<CommandName, Command>> = {
  train: {
    summary: 'train on this machine: a coordinator and local workers',
    usage: 'bridle train [flags]',
    about:
      'Trains a recurrent network with one coordinator and local worker processes. The weights are the same bits for any number of workers. Ctrl-C saves and stops, a second Ctrl-C stops at once.',
    examples: [
      ['bridle train --data mnist-rows --epochs 2', 'an LSTM that reads digits row by row'],
      ['bridle train --data text --data-path input.txt --epochs 3 --layers 2', 'a character model of your text'],
      ['bridle train --resume --epochs 4', 'go on with the latest run, to 4 epochs'],
    ],
    maxArguments: 0,
  },
  coordinator: {
    summary: 'coordinate a run whose workers are on other machines',
    usage: 'bridle coordinator [flags]',
    about:
      'Deals the data, gathers the gradients and keeps the run. Prints the line that starts workers on other machines, and waits for them.',
    examples: [
      [
        'bridle coordinator --data mnist-rows --listen 0.0.0.0:29600 --tls-cert cert.pem --tls-key key.pem --min-workers 2',
        'encrypted, starts with two workers',
      ],
      ['bridle coordinator --data adding', 'for workers of this machine'],
    ],
    maxArguments: 0,
  },
  worker: {
    summary: 'compute for a coordinator',
    usage: 'bridle worker --join URL [flags]',
    about:
      'Starts worker processes that join a coordinator, in any order and at any time. They need no data and no open ports.',
    examples: [
      ['bridle worker --join ws://127.0.0.1:29600', 'on the same machine'],
      [
        'bridle worker --join wss://trainer:29600 --tls-ca ca.pem --token-file token --workers 4',
        'from another machine',
      ],
    ],
    maxArguments: 0,
  },
  setup: {
    summary: 'install what is missing',
    usage: 'bridle setup [--tensorflow]',
    about: 'Installs packages and compiles the native backend in this project; does nothing when all is there.',
    examples: [
      ['bridle setup', 'safe to repeat'],
      ['bridle setup --tensorflow', 'also TensorFlow (0.9 GB on disk), for --backend tensorflow'],
      ['BRIDLE_NATIVE=0 bridle setup', 'without a compiler: the wasm backend is used'],
    ],
    maxArguments: 0,
  },
  doctor: {
    summary: 'say what this machine has, what is missing, and what fixes it',
    usage: 'bridle doctor [--join URL]',
    about:
      'Checks Node, backends, tools, data and memory; with --join also address, token, version and kernel id, and measures round trip and bandwidth on the way there.',
    examples: [
      ['bridle doctor', 'this machine'],
      ['bridle doctor --join wss://trainer:29600 --token-file token', 'and the way to a coordinator'],
    ],
    maxArguments: 0,
  },
  inspect: {
    summary: 'show and verify a checkpoint',
    usage: 'bridle inspect [CHECKPOINT]',
    about:
      'Verifies a checkpoint and prints step, digest, tensors with their norms, optimizer and kernel id. CHECKPOINT is a run folder, a checkpoint folder, or latest (the default).',
    examples: [
      ['bridle inspect', 'the newest checkpoint of the latest run'],
      ['bridle inspect runs/NAME/checkpoints/step-00000500 --json', 'one checkpoint, for scripts'],
    ],
    maxArguments: 1,
  },
  evaluate: {
    summary: 'score a checkpoint on a split of its data',
    usage: 'bridle evaluate [CHECKPOINT] [flags]',
    about:
      "Computes loss and metrics of a checkpoint on a split of its run's data, without a coordinator: to the digit what the run printed. CHECKPOINT is a checkpoint folder in its run, a run folder, or latest (the default).",
    examples: [
      ['bridle evaluate', 'the newest checkpoint of the latest run, on the test split'],
      ['bridle evaluate runs/NAME/checkpoints/step-00000500 --split train', 'another checkpoint, another split'],
    ],
    maxArguments: 1,
  },
  predict: {
    summary: 'predict from your rows or sequences',
    usage: 'bridle predict CHECKPOINT FILE [flags]',
    about:
      'Predicts each sequence of a .jsonl, .npy or .npz file, or each window of rows of a .csv or .parquet file, and prints the predictions as JSON lines, in the units of the data: scaling is undone, classes and keys have probabilities. The file is like those of the training, targets may be missing.',
    examples: [
      ['bridle predict latest today.csv', 'the newest checkpoint of the latest run'],
      ['bridle predict runs/NAME today.csv --output forecast.csv', 'a table'],
    ],
    maxArguments: 2,
  },
  generate: {
    summary: 'write text with a model of text',
    usage: 'bridle generate [CHECKPOINT] [flags]',
    about: 'Writes text character by character, each drawn from what the model expects after all before it.',
    examples: [
      ['bridle generate', 'the newest checkpoint of the latest run'],
      ['bridle generate runs/NAME --prompt "To be" --length 1000 --temperature 0.7 --seed 3', 'with everything said'],
    ],
    maxArguments: 1,
  },
  export: {
    summary: 'write a model in the files of PyTorch, Keras, tfjs or ONNX',
    usage: 'bridle export [CHECKPOINT] --format FORMAT --output DIR',
    about:
      'Writes the model of a checkpoint for another program, with equal outputs there: weights and a page of Python that loads them (pytorch, keras), model.json (tfjs) or model.onnx. data.json says what inputs and outputs mean. Nothing is overwritten.',
    examples: [
      ['bridle export --format pytorch --output exported', 'the newest checkpoint of the latest run'],
      ['bridle export runs/NAME --format onnx --output exported-onnx', 'for onnxruntime'],
    ],
    maxArguments: 1,
  },
  reproduce: {
    summary: 'run a run again and say whether it comes to the same digest',
    usage: 'bridle reproduce [RUN] [flags]',
    about:
      'Runs the configuration of a run again with local workers, and compares the digest of every step with its commit log. Says "same digest" and ends with 0, or names the first step that differs, with what has changed since, and ends with 1. RUN is a run folder, a checkpoint folder of one, a folder of runs for the latest of them (as is runs/latest), or latest (the default). The new run lies in reproduced/ of the old one.',
    examples: [
      ['bridle reproduce runs/NAME', 'every committed step'],
      ['bridle reproduce latest --workers 4', 'with more workers: the same bits'],
    ],
    maxArguments: 1,
  },
  replay: {
    summary: 'look into a step that spiked or was not finite',
    usage: 'bridle replay FILE',
    about:
      'Computes one saved step again: by the kernels of its run, to the same bits, and says so; and in plain arithmetic, to print the first layer and time step that break and the size of the gradient at each time step (not with normalisation, zoneout or dropout inside the recurrence). --save-spikes writes such files.',
    examples: [['bridle replay runs/NAME/spikes/step-00000012.msgpack', 'where step 12 broke']],
    maxArguments: 1,
  },
  diagnose: {
    summary: 'say whether the gradient of a checkpoint explodes or vanishes, and what helps',
    usage: 'bridle diagnose [CHECKPOINT] [flags]',
    about:
      "Looks at the weights of a checkpoint on a few examples of the run's next step, in plain arithmetic: the gradient at each time step, singular values and spectral radii, Lyapunov exponents, saturated gates. CHECKPOINT is a run folder, a checkpoint folder, or latest (the default). The run's data must still be there.",
    examples: [
      ['bridle diagnose', 'the newest checkpoint of the latest run'],
      ['bridle diagnose runs/NAME/checkpoints/step-00000500 --report diagnosis.html', 'with plots'],
    ],
    maxArguments: 1,
  },
  estimate: {
    summary: 'say what a run will cost, before it runs',
    usage: 'bridle estimate [--no-measure] [flags of bridle train]',
    about:
      'Prints parameters, steps, memory of the coordinator and of a worker, bytes a step up and down, time a step and of the whole run, and how each figure was come by. Loads the data and the model, and runs five steps and an evaluation in a temporary folder to measure times and memory, unless --no-measure is given. Takes every flag of bridle train.',
    examples: [
      ['bridle estimate --data mnist-rows --epochs 2', 'before bridle train with the same flags'],
      ['bridle estimate --config run.yaml --no-measure --json', 'what is known without running, for scripts'],
    ],
    maxArguments: 0,
  },
  config: {
    summary: 'write, check or show a config file',
    usage: 'bridle config init|check|show [FILE] [flags of bridle train]',
    about:
      'Writes a config file with every option and its default (init, run.yaml unless FILE is given), checks one (check), or shows every value of a run and where it came from (show): flag, environment, file or default. It takes every flag of bridle train and starts nothing.',
    examples: [
      ['bridle config init run.yaml', 'a file to edit; editors complete and check it'],
      ['bridle config check run.yaml', 'every problem at once, with line and column'],
      ['bridle config show run.yaml --lr 0.01', 'what bridle train --config run.yaml --lr 0.01 would run'],
    ],
    maxArguments: 2,
  },
  cert: {
    summary: 'make a certificate for a coordinator',
    usage: 'bridle cert [HOST...] [--output DIR]',
    about:
      'Makes a self-signed certificate and its key with openssl: cert.pem and key.pem, for the names and addresses given (this machine by default) and a year. Prints the fingerprint that workers trust it by. Never overwrites a file.',
    examples: [
      ['bridle cert', 'for this machine'],
      ['bridle cert trainer.example.org 10.0.0.5 --output tls', 'for a name and an address'],
    ],
    maxArguments: 16,
  },
  bench: {
    summary: 'load a coordinator with light workers, or time whole steps beside PyTorch',
    usage: 'bridle bench clipping|step|exchange [flags]',
    about:
      'bench clipping loads a coordinator of its own (or one that is given by --join) with many light workers: real sockets, frames, leases and faults, made-up gradients, no tfjs. Says how long steps take, what the coordinator needs, and whether norms, clipping and every non-finite gradient were right. bench step times whole committed steps, two workers of one thread each, beside PyTorch DistributedDataParallel over gloo with two processes of one thread and stock tfjs, in turns on this machine, and takes --backend, --shapes, --rounds, --steps and --warmup. bench exchange times all of a step but the computing, phase by phase, beside PyTorch over gloo, raw TCP, raw Unix sockets and bare WebSockets, in turns, and takes --workers, --params, --payload, --wire, --rounds, --steps and --warmup.',
    examples: [
      ['bridle bench clipping', '100 workers, 100,000 parameters, 50 steps'],
      ['bridle bench clipping --workers 20 --params 3000 --explode-rate 0.05 --nan-rate 0.01', 'with faults'],
      ['bridle bench step --shapes 50,64,64,128', 'one shape: 50 steps, 64 sequences of 64 numbers, 128 units'],
      ['bridle bench exchange --workers 2 --params 2500000', 'one row of the table'],
      ['bridle bench clipping --max-p99-ms 500 --max-lost 0 --json --report bench.html', 'for continuous integration'],
    ],
    maxArguments: 1,
  },
  lab: {
    summary: 'try many runs that differ in one thing, and report who survived',
    usage: 'bridle lab --preset seed | --vary NAME=VALUE,VALUE... -- [flags of bridle train]',
    about:
      'Runs every combination of what varies on local workers, with the same seed, and writes report.html: verdicts, losses, norms, the gradient through time, success against length, and the command behind each trial. Ctrl-C ends it; the same command goes on where it ended.',
    examples: [
      ['bridle lab --preset seed', 'an exploding gradient, and what helps'],
      [
        'bridle lab --vary cell=rnn,lstm clip=none,global-norm:1 data-length=20,50 -- --data adding --steps 500',
        'eight trials',
      ],
    ],
    maxArguments: 1000,
  },
};

export const commandNames = Object.keys(commands) as readonly CommandName[];
