// Any tensors survive the file; any damage is either refused or harmless, never another kind of error.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { CheckpointError } from '../../src/errors.js';
import { decodeSafetensors, encodeSafetensors } from '../../src/tensor/safetensors.js';

const tensors = fc
  .uniqueArray(fc.string({ unit: 'binary' }).filter((name) => name !== '__metadata__'))
  .chain((names) => fc.tuple(...names.map((name) => fc.record({ name: fc.constant(name), values: fc.float32Array() }))))
  .map((list) => list.map(({ name, values }) => ({ name, values, shape: [values.length] })));

it('gives back names, shapes and bits', () => {
  fc.assert(
    fc.property(tensors, (list) => {
      const read = decodeSafetensors(encodeSafetensors(list), 'x').tensors;
      expect(read.size).toBe(list.length);
      for (const { name, values, shape } of list) expect(read.get(name)).toEqual({ shape, values });
    }),
  );
});

it('meets a changed or cut byte with a CheckpointError or with tensors, nothing else', () => {
  const file = encodeSafetensors([
    { name: 'a', shape: [2, 2], values: Float32Array.of(1, 2, 3, 4) },
    { name: 'b', shape: [1], values: Float32Array.of(5) },
  ]);
  const damage = fc.record({ at: fc.nat(file.length - 1), byte: fc.nat(255), length: fc.nat(file.length) });
  fc.assert(
    fc.property(damage, fc.boolean(), ({ at, byte, length }, isCut) => {
      const damaged = isCut ? file.slice(0, length) : file.slice();
      if (at < damaged.length) damaged[at] = byte;
      try {
        decodeSafetensors(damaged, 'x');
      } catch (error) {
        expect(error).toBeInstanceOf(CheckpointError);
      }
    }),
    { numRuns: 1000 },
  );
});
