// Moving bytes between vectors and files in shared memory, on as many threads as help (src/tensor/kernel-team.ts).
import { readSync, writeSync } from 'node:fs';
import { plainMover, type FileMover } from '../transport/cell-file.js';
import { eachValue, type HostKernels } from '../tensor/kernel-team.js';
import type { VectorArena } from '../tensor/vector-arena.js';
import type { WasmMemory } from '../tensor/webassembly.js';

/** Kernels that read and write parts of files; one that moves less than was wanted throws. */
export function openFileKernels(memory: WasmMemory): HostKernels {
  const view = (address: number, bytes: number): Uint8Array => new Uint8Array(memory.buffer, address, bytes);
  const check = (moved: number, wanted: number): void => {
    if (moved !== wanted) throw new RangeError(`${moved} bytes of ${wanted} were moved`);
  };
  return {
    readFile: (bytes, address = 0, fd = 0, position = 0) =>
      check(readSync(fd, view(address, bytes), 0, bytes, position), bytes),
    writeFile: (bytes, address = 0, fd = 0, position = 0) =>
      check(writeSync(fd, view(address, bytes), 0, bytes, position), bytes),
  };
}

/** Moves vectors of `arena` with its team, and other bytes alone. */
export function createFileMover(arena: VectorArena): FileMover {
  const move = (
    name: 'readFile' | 'writeFile',
    fd: number,
    bytes: Uint8Array,
    position: number,
  ): number | undefined => {
    const address = arena.addressOf(bytes);
    if (!arena.team || address === undefined) return undefined;
    arena.team.run(name, bytes.length, [eachValue(address), fd, eachValue(position)]);
    return bytes.length;
  };
  return {
    read: (fd, target, position) => move('readFile', fd, target, position) ?? plainMover.read(fd, target, position),
    write: (fd, source, position) => move('writeFile', fd, source, position) ?? plainMover.write(fd, source, position),
  };
}
