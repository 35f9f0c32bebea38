// Whatever a user's data module gives: it is stored as it was, or refused with a code; nothing else is ever thrown.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeBlock } from '../../src/data/block.js';
import type { DataDefinition, DataExample } from '../../src/data/define-data.js';
import { encodeExample, ExampleFault } from '../../src/data/encode-example.js';
import { loadOwnData } from '../../src/data/own-data.js';
import { ConfigError } from '../../src/errors.js';

const float = fc.float({ noNaN: true, noDefaultInfinity: true });

/** A number of features, and sequences [steps][features] of 1 to 6 steps with a number each. */
const sequences = fc.integer({ min: 1, max: 4 }).chain((features) =>
  fc.record({
    features: fc.constant(features),
    rows: fc.array(
      fc.record({
        steps: fc.array(fc.array(float, { minLength: features, maxLength: features }), { minLength: 1, maxLength: 6 }),
        target: float,
      }),
      { minLength: 1, maxLength: 8 },
    ),
  }),
);

const plain = fc.oneof(fc.anything(), fc.record({ inputs: fc.anything(), targets: fc.anything() }));

describe('a data module', () => {
  it('is stored as it was, in rows, flat or as typed arrays', async () => {
    const form = fc.constantFrom<(steps: number[][]) => DataExample['inputs']>(
      (steps) => steps,
      (steps) => steps.flat(),
      (steps) => Float32Array.from(steps.flat()),
      (steps) => Float64Array.from(steps.flat()),
      (steps) => steps.map((row) => Float32Array.from(row)),
    );
    await fc.assert(
      fc.asyncProperty(sequences, form, async ({ features, rows }, make) => {
        const train = rows.map(({ steps, target }) => ({ inputs: make(steps), targets: target }));
        const source: DataDefinition = {
          inputs: { kind: 'dense', features },
          targets: { kind: 'value', size: 1, per: 'sequence' },
          train,
          test: train,
        };
        const dataset = await loadOwnData({ name: 'own', source });
        const blocks = dataset.train.blocks.map((block) => decodeBlock(block.bytes(), dataset.spec));
        expect(blocks.flatMap(({ lengths }) => [...lengths])).toEqual(rows.map(({ steps }) => steps.length));
        expect(blocks.flatMap(({ inputs }) => [...inputs])).toEqual(rows.flatMap(({ steps }) => steps.flat()));
        expect(blocks.flatMap(({ targets }) => [...targets])).toEqual(rows.map(({ target }) => target));
      }),
      { numRuns: 60 },
    );
  });

  it('with anything for an example is encoded, or refused as an example', () => {
    const specs = fc.constantFrom<[DataDefinition['inputs'], DataDefinition['targets']]>(
      [
        { kind: 'dense', features: 2 },
        { kind: 'value', size: 2, per: 'step' },
      ],
      [
        { kind: 'ids', vocabulary: 3 },
        { kind: 'class', classes: 2, per: 'sequence' },
      ],
      [
        { kind: 'ids', vocabulary: 3 },
        { kind: 'keys', size: 2, per: 'step' },
      ],
    );
    fc.assert(
      fc.property(specs, plain, ([inputs, targets], example) => {
        try {
          expect(encodeExample(inputs, targets, example).length).toBeGreaterThan(0);
        } catch (error) {
          expect(error).toBeInstanceOf(ExampleFault);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('with anything for a definition or a split is loaded, or refused with a code', async () => {
    const definition = fc.oneof(
      plain,
      fc.record({
        inputs: fc.constant({ kind: 'dense', features: 1 }),
        targets: fc.constant({ kind: 'value', size: 1, per: 'sequence' }),
        train: fc.oneof(plain, fc.array(plain), fc.func(plain)),
        test: fc.oneof(plain, fc.array(plain)),
      }),
    );
    await fc.assert(
      fc.asyncProperty(definition, async (source) => {
        const error: unknown = await loadOwnData({ name: 'own', source: source as DataDefinition }).then(
          () => undefined,
          (reason: unknown) => reason,
        );
        if (typeof source !== 'string') expect(error).toBeInstanceOf(ConfigError);
      }),
      { numRuns: 500 },
    );
  });
});
