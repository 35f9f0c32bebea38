// The tfjs instance a model runs on: handed in by the backend, never imported here, so that one process has one instance.

export type Tfjs = typeof import('@tensorflow/tfjs');
