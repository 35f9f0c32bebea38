// How many threads a process computes on when nobody says.
import { availableParallelism } from 'node:os';
import type { BackendName } from './backend.js';

/**
 * `auto`: the cores shared by the `processes` of this machine, on native, whose bits do not follow the number of threads; 1 on
 * other backends: on tensorflow the number is part of the kernel id, and unlike machines could not share a run.
 */
export function threadsPerProcess(wanted: number | 'auto', backend: BackendName, processes: number): number {
  if (wanted !== 'auto') return wanted;
  return backend === 'native' ? Math.max(1, Math.floor(availableParallelism() / processes)) : 1;
}
