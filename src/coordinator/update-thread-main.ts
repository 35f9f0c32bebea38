// The thread that update-thread.ts starts.
import { workerData } from 'node:worker_threads';
import { openFileKernels } from './file-kernels.js';
import { serveTeam, type TeamShare } from '../tensor/kernel-team.js';

serveTeam(workerData as TeamShare, openFileKernels);
