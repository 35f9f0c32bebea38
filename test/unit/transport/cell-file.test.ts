// The file in shared memory: one end writes, the other reads through the owner's descriptor, and sees what it must not trust.
import { closeSync, ftruncateSync, openSync, readdirSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { CellFile } from '../../../src/transport/cell-file.js';

const folder = '/dev/shm';
const shape = { cellBytes: 16, cells: 3 };
const header = (seed: number): Uint8Array => new Uint8Array(64).fill(seed);
const files: CellFile[] = [];

function keep(file: CellFile): CellFile {
  files.push(file);
  return file;
}

function pair(): { owner: CellFile; peer: CellFile } {
  const owner = keep(CellFile.create(folder, shape));
  return { owner, peer: keep(CellFile.open(process.pid, owner.fd, shape, 'write')) };
}

afterEach(() => {
  for (const file of files.splice(0)) file.close();
});

describe.runIf(process.platform === 'linux')('a file of cells', () => {
  it('carries payloads between two who have it open, and has no name', () => {
    const before = readdirSync(folder);
    const { owner, peer } = pair();
    owner.write(2, header(7), Uint8Array.of(1, 2, 3));
    peer.write(0, header(8), Uint8Array.of(9));
    const target = new Uint8Array(3);
    peer.read(2, header(7), target);
    expect([...target]).toEqual([1, 2, 3]);
    owner.read(0, header(8), target.subarray(0, 1));
    expect(target[0]).toBe(9);
    expect(readdirSync(folder)).toEqual(before);
  });

  it('keeps two nonces apart', () => {
    const { owner, peer } = pair();
    owner.writeNonce('owner', new Uint8Array(16).fill(1));
    peer.writeNonce('peer', new Uint8Array(16).fill(2));
    expect([...peer.readNonce('owner'), ...owner.readNonce('peer')]).toEqual([
      ...new Uint8Array(16).fill(1),
      ...new Uint8Array(16).fill(2),
    ]);
  });

  it('tells when another chunk lies where the announced one did, or none came', () => {
    const { owner, peer } = pair();
    owner.write(1, header(1), Uint8Array.of(5));
    owner.write(1, header(2), Uint8Array.of(6));
    const overwritten = expect.objectContaining({ code: 'CELL_OVERWRITTEN' }) as Error;
    expect(() => peer.read(1, header(1), new Uint8Array(1))).toThrow(overwritten);
    expect(() => peer.read(0, header(1), new Uint8Array(1))).toThrow(overwritten);
  });

  it('refuses cells that are not there, chunks that lie in none, and a file that was cut short', () => {
    const { owner, peer } = pair();
    const invalid = expect.objectContaining({ code: 'CELL_INVALID' }) as Error;
    expect(() => owner.read(3, header(1), new Uint8Array(1))).toThrow(invalid);
    expect(() => owner.read(0, header(1), new Uint8Array(17))).toThrow(invalid);
    peer.write(2, header(1), new Uint8Array(16));
    ftruncateSync(peer.fd, 300);
    expect(() => owner.read(2, header(1), new Uint8Array(16))).toThrow(invalid);
  });

  it('opens nothing but a file of our own, without a name and of the announced size', () => {
    const { owner } = pair();
    const unavailable = expect.objectContaining({ code: 'SHM_UNAVAILABLE' }) as Error;
    const named = openSync(new URL(import.meta.url), 'r');
    const device = openSync('/dev/null', 'r');
    for (const fd of [named, device, 999_999]) {
      expect(() => CellFile.open(process.pid, fd, shape, 'read')).toThrow(unavailable);
    }
    expect(() => CellFile.open(process.pid, owner.fd, { ...shape, cells: 4 }, 'read')).toThrow(unavailable);
    expect(() => CellFile.create('/nowhere', shape)).toThrow(unavailable);
    for (const fd of [named, device]) closeSync(fd);
  });

  it('says so when it cannot be written', () => {
    const { owner } = pair();
    const reader = keep(CellFile.open(process.pid, owner.fd, shape, 'read'));
    expect(() => reader.write(0, header(1), new Uint8Array(1))).toThrow(
      expect.objectContaining({ code: 'SHM_FULL' }) as Error,
    );
  });
});
