import { describe, expect, it } from 'vitest';
import { modelOfData } from '../../../src/coordinator/model-of-data.js';
import type { DataSpec, TargetSpec } from '../../../src/data/data-spec.js';

const options = { cell: 'gru', layers: 2, hiddenSize: 8 } as const;
const text: DataSpec = {
  name: 'text',
  inputs: { kind: 'ids', vocabulary: 30 },
  targets: { kind: 'class', classes: 30, per: 'step' },
  maxLength: 20,
};
const music = (kind: 'keys' | 'value'): DataSpec => ({
  ...text,
  name: 'jsonl',
  inputs: { kind: 'dense', dtype: 'f32', features: 88, scale: 1 },
  targets: { kind, size: 88, per: 'step' } satisfies TargetSpec,
});

describe('modelOfData', () => {
  it('leaves out of the spec what is off', () => {
    expect(modelOfData(text, { ...options, bidirectional: false, dropout: 0 })).toEqual({
      ...options,
      inputs: 'ids',
      inputSize: 30,
      outputSize: 30,
      loss: 'softmax',
      targetsPer: 'step',
    });
  });

  it('takes over directions, embedding and dropout', () => {
    const extras = { bidirectional: true, embeddingSize: 5, dropout: 0.25 };
    expect(modelOfData(text, { ...options, ...extras })).toMatchObject(extras);
  });

  it('gives each kind of target its loss, or another that fits', () => {
    expect(modelOfData(music('keys'), options).loss).toBe('binary');
    expect(modelOfData(music('value'), options).loss).toBe('squared-error');
    expect(modelOfData(music('value'), { ...options, loss: 'binary' }).loss).toBe('binary');
    expect(() => modelOfData(music('value'), { ...options, loss: 'softmax' })).toThrow(
      expect.objectContaining({ code: 'LOSS_TARGETS' }),
    );
    expect(() => modelOfData(text, { ...options, loss: 'binary' })).toThrow(/take softmax/);
  });

  it('refuses an embedding of numbers', () => {
    expect(() => modelOfData(music('keys'), { ...options, embeddingSize: 4 })).toThrow(
      expect.objectContaining({ code: 'EMBEDDING_INPUTS' }),
    );
  });
});
