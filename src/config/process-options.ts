// Options that say which processes compute, and how they find and trust each other.
import { payloadChoices } from '../protocol/payload.js';
import type { CommandName, Option } from './option.js';
import {
  advertisedAddress,
  certificateFingerprint,
  choice,
  folderName,
  inputFile,
  joinUrl,
  listenAddress,
  onOff,
  processCount,
  wholeNumber,
} from './value-types.js';

const runs = ['train', 'coordinator'] as const satisfies CommandName[];
const computes = ['train', 'worker', 'reproduce'] as const satisfies CommandName[];

export const workerOptions = {
  join: {
    type: joinUrl,
    about:
      "The coordinator's address: ws://HOST:PORT, wss://HOST:PORT or unix:PATH; HOST alone means ws://HOST, and no port 29600.",
    group: 'Network',
    commands: ['worker', 'doctor', 'bench'],
    inCommand: { bench: { about: 'Load this coordinator instead of one that is started for the purpose.' } },
    transient: true,
  },
  workers: {
    type: processCount,
    default: 'auto',
    about: 'Local worker processes; auto: one for each GPU, otherwise one a core, at most one a shard.',
    group: 'Workers',
    commands: [...computes, 'bench'],
    inCommand: { bench: { about: 'Light workers, several in each of a few processes.', defaultText: '100' } },
    aliases: ['nprocPerNode', 'numProcesses'],
  },
  backend: {
    type: choice('auto', 'native', 'tensorflow', 'wasm', 'webgpu'),
    default: 'auto',
    about: 'What computes the gradients; auto: the best that every machine has.',
    inCommand: {
      evaluate: { about: 'What computes; the digits are those of the run on the same backend as in the run.' },
      predict: { about: 'What computes.' },
      generate: { about: 'What computes: native or wasm.' },
      bench: {
        about: 'Backend whose steps are timed.',
        defaultText: 'native and tensorflow, as far as they are there',
      },
    },
    group: 'Workers',
    commands: ['train', 'coordinator', 'worker', 'doctor', 'evaluate', 'predict', 'generate', 'bench'],
    fixesBits: true,
  },
  execution: {
    type: choice('auto', 'captured', 'eager'),
    default: 'auto',
    about:
      'How tfjs runs a step: captured as one graph, or eager, one operation after the other; auto: captured on tensorflow.',
    group: 'Workers',
    commands: ['train', 'coordinator', 'worker', 'doctor'],
    fixesBits: true,
  },
  threads: {
    type: processCount,
    default: 'auto',
    about: 'Compute threads in each worker; auto: on native the cores shared by the local workers, elsewhere 1.',
    inCommand: {
      evaluate: { about: 'Compute threads; auto: on native all cores, elsewhere 1.' },
      predict: { about: 'Compute threads; auto: on native all cores, elsewhere 1.' },
    },
    group: 'Workers',
    commands: ['train', 'worker', 'doctor', 'reproduce', 'evaluate', 'predict'],
  },
  minWorkers: {
    type: wholeNumber(1, 1024),
    default: 1,
    about: 'Start training when so many workers have joined.',
    group: 'Workers',
    commands: runs,
  },
  maxRestarts: {
    type: wholeNumber(0, 1_000_000),
    default: 10,
    about: 'How often a local worker that died is started again.',
    group: 'Workers',
    commands: computes,
  },
  allowMixedKernels: {
    type: onOff,
    default: false,
    about: 'Let workers with different kernel ids share a run: the promise of equal bits is given up.',
    group: 'Workers',
    commands: runs,
  },
  name: {
    type: folderName,
    defaultText: "the machine's name",
    about: 'Name of these workers in events and logs.',
    group: 'Workers',
    commands: ['worker'],
    transient: true,
  },
} as const satisfies Record<string, Option>;

export const networkOptions = {
  payload: {
    type: choice(...payloadChoices),
    default: 'auto',
    about:
      'How tensors travel. auto: through shared memory (/dev/shm) where coordinator and worker are on one Linux machine, else through the socket; frame: always through the socket; shm: through shared memory or not at all.',
    group: 'Network',
    commands: ['train', 'coordinator', 'worker', 'bench'],
    inCommand: { bench: { about: 'How tensors travel in bench exchange: shm or frame.', defaultText: 'shm' } },
  },
  listen: {
    type: listenAddress,
    default: '127.0.0.1:29600',
    about: 'Where workers join. Anything but this machine needs TLS, or --insecure.',
    group: 'Network',
    commands: runs,
  },
  advertise: {
    type: advertisedAddress,
    defaultText: "the machine's name and the port of --listen",
    about:
      'Where other machines reach the coordinator (behind NAT, in a container, by another name); said in the line to paste.',
    group: 'Network',
    commands: runs,
    transient: true,
  },
  tokenFile: {
    type: inputFile,
    about: 'File that holds the token; BRIDLE_TOKEN holds the token itself. Never on the command line.',
    group: 'Network',
    commands: ['train', 'coordinator', 'worker', 'doctor', 'bench'],
    transient: true,
  },
  tlsCert: {
    type: inputFile,
    about: 'Certificate (PEM) to serve wss:// with.',
    group: 'Network',
    commands: runs,
  },
  tlsKey: {
    type: inputFile,
    about: 'Private key (PEM) of --tls-cert.',
    group: 'Network',
    commands: runs,
  },
  tlsCa: {
    type: inputFile,
    about: "Certificate authority (PEM) that vouches for the coordinator, where the system's do not.",
    group: 'Network',
    commands: ['worker', 'doctor', 'bench'],
    transient: true,
  },
  tlsFingerprint: {
    type: certificateFingerprint,
    about:
      "SHA-256 fingerprint of the coordinator's certificate, which it prints: that one is trusted and no other, whoever signed it.",
    group: 'Network',
    commands: ['worker', 'doctor'],
    transient: true,
  },
  insecure: {
    type: onOff,
    default: false,
    about: 'Allow plain text to other machines: everyone on the way can read and change it.',
    group: 'Network',
    commands: ['train', 'coordinator', 'worker', 'doctor', 'bench'],
    transient: true,
  },
} as const satisfies Record<string, Option>;
