// Laboratories that are ready to run. `seed`: a plain RNN that diverges, and what saves it, each remedy by itself.
import type { Experiment, Trial } from './experiment.js';

const task = [
  '--data=adding',
  '--data-length=40',
  '--data-examples=6000',
  '--hidden-size=50',
  '--global-batch=20',
  '--shards=2',
  '--steps=400',
  '--evaluate-every=0',
  '--optimizer=sgd',
  '--learning-rate=0.05',
  '--workers=2',
];
/** N(0, 0.25^2) over 50 units: a spectral radius of about 1.8, as a careless initialisation has. */
const careless = '--recurrent-initializer=normal:0.25';

function row(name: string, about: string, flags: readonly string[]): Trial {
  return { name, about, flags: [...task, ...flags], varied: {} };
}

const plain = ['--cell=rnn', careless];

const seed: Experiment = {
  title: 'Laboratory: the exploding gradient',
  about:
    'A tanh RNN of 50 units on the adding problem, T = 40, plain SGD, 400 steps: the recurrent weights are too large, the gradient explodes, and without clipping the run is lost. Below it the same run with one thing changed. Surviving 400 steps of plain SGD is not yet learning the task.',
  trials: [
    row('plain RNN', 'nothing is done: it diverges', [...plain, '--clip=none']),
    row('clipping', 'the same run, saved by the global norm', [...plain, '--clip=global-norm:1']),
    row('an LSTM', 'saved by the cell: gates keep the state bounded', ['--cell=lstm', careless, '--clip=none']),
    row('initialisation', 'saved by an orthogonal recurrent matrix', [
      '--cell=rnn',
      '--recurrent-initializer=orthogonal',
      '--clip=none',
    ]),
    row('regularisation', 'saved by a strong L2 penalty on the recurrent weights', [
      ...plain,
      '--clip=none',
      '--l2=recurrent=5',
    ]),
    row('batch normalisation', 'saved by normalising what the inputs add, over the whole batch on all workers', [
      ...plain,
      '--clip=none',
      '--norm=batch',
      '--backend=wasm',
    ]),
    row(
      'Omega with clipping',
      "the regulariser of Pascanu and others beside clipping, as in their paper: smaller norms than clipping's",
      [...plain, '--clip=global-norm:1', '--omega=1', '--backend=wasm'],
    ),
    row(
      'Omega',
      'does not help alone: the regulariser is no match for weights so large, and its authors clip as well',
      [...plain, '--clip=none', '--omega=1', '--backend=wasm'],
    ),
    row('weak regularisation', 'does not help: a usual L2 penalty alone is too slow to matter', [
      ...plain,
      '--clip=none',
      '--l2=0.001',
    ]),
    row('warm-up', 'does not help: the first steps get smaller, the gradients do not', [
      ...plain,
      '--clip=none',
      '--warmup-steps=50',
    ]),
    row('loose clipping', 'does not help: no value above 100 is left, and the weights are lost all the same', [
      ...plain,
      '--clip=value:100',
    ]),
  ],
};

export const presets: Readonly<Record<'seed', Experiment>> = { seed };
