// TensorFlow's libraries and C headers out of the pinned wheel: @tensorflow/tfjs-node-gpu needs no more of it.
// The package's own installer fetches libtensorflow 2.9.1 of 2022 instead, and often cannot.
import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { fetchWheel } from './python-wheel.mjs';
import { run } from './shell.mjs';

/** @typedef {import('./python-wheel.mjs').Wheel} Wheel */

const platform = 'manylinux_2_27_x86_64';

/** @type {Wheel} */
const cpuWheel = {
  name: 'tensorflow-cpu',
  version: '2.21.0',
  platform,
  sha256: 'dcc8afd32930e42d5296b6ee19078b773706830af4ea97fbe503b9f5e0f820cb',
  size: '274 MB to download, 1.1 GB on disk',
};

/** @type {Wheel} The CUDA 12 build; CUDA's own libraries come from the machine. */
const cudaWheel = {
  name: 'tensorflow',
  version: '2.21.0',
  platform,
  sha256: 'b3b95643c4e70eb925839938fb35cbe142f317ec84af6844ee61513713bb13c0',
  size: '573 MB to download, 1.5 GB on disk',
};

/** The wheel for this machine: the CUDA build where an NVIDIA driver is found. */
export function chooseWheel() {
  const hasDriver = existsSync('/proc/driver/nvidia/version') || run('nvidia-smi', ['-L']).status === 0;
  return hasDriver ? cudaWheel : cpuWheel;
}

/** @param {Wheel} wheel */
export function wheelLabel(wheel) {
  return `${wheel.name}-${wheel.version}`;
}

/**
 * The folder in which the libraries of `wheel` lie once they are whole.
 * @param {string} project
 * @param {Wheel} wheel
 */
export function libraryFolder(project, wheel) {
  return join(project, '.bridle', 'tensorflow', wheelLabel(wheel));
}

/**
 * Downloads, verifies and unpacks the two libraries and the headers of the wheel. Returns why it could not, or undefined.
 * The folder appears by one rename, so that a half-unpacked wheel is never taken for a whole one.
 * @param {string} project
 * @param {Wheel} wheel
 * @param {string} temporary
 * @returns {string | undefined}
 */
export function fetchLibraries(project, wheel, temporary) {
  const target = libraryFolder(project, wheel);
  if (existsSync(target)) return undefined;
  const problem = fetchWheel(wheel, ['tensorflow/libtensorflow_', 'tensorflow/include/'], temporary);
  if (problem !== undefined) return problem;
  mkdirSync(join(target, '..'), { recursive: true });
  renameSync(join(temporary, 'wheel', 'tensorflow'), target);
  return undefined;
}
