import { describe, expect, it } from 'vitest';
import { CarriedStates, planCarriedState } from '../../../src/coordinator/carried-state.js';
import { streamOrder } from '../../../src/data/dealing.js';
import type { ModelSpec } from '../../../src/params/model-spec.js';

const model: ModelSpec = {
  cell: 'lstm',
  layers: 1,
  inputs: 'ids',
  inputSize: 9,
  hiddenSize: 4,
  outputSize: 9,
  loss: 'softmax',
  targetsPer: 'step',
};
const shape = { shards: 2, rows: 3, stepsPerEpoch: 10 };
const state = (value: number) => new Uint8Array(4 * 2 * 3 * 4).fill(value);
const report = (shard: number, carried?: Uint8Array, nonFinite = '') => ({
  shard,
  loss: 1,
  count: 3,
  squaredNorm: 1,
  nonFinite,
  ...(carried && { carried }),
});

describe('CarriedStates', () => {
  it('gives each shard where it ended, zeros where streams begin or its gradient was left out', () => {
    const states = new CarriedStates(planCarriedState(model, shape), {});
    expect(states.at(4, 1)).toEqual(state(0));
    states.advance([report(0, state(7))]);
    expect(states.at(5, 0)).toEqual(state(7));
    expect(states.at(5, 1)).toEqual(state(0));
    expect(states.at(10, 0)).toEqual(state(0));
    states.advance([]); // a step that was skipped
    expect(states.at(6, 0)).toEqual(state(0));
  });

  it('comes back from a checkpoint', () => {
    const states = new CarriedStates(planCarriedState(model, shape), {});
    states.advance([report(1, state(5))]);
    expect(new CarriedStates(planCarriedState(model, shape), states.toRecord()).at(3, 1)).toEqual(state(5));
  });

  it('refuses a state of another size, unless the shard is not finite and comes without', () => {
    const states = new CarriedStates(planCarriedState(model, shape), {});
    const invalid = expect.objectContaining({ code: 'CARRIED_STATE_INVALID' });
    expect(() => states.check([report(0, state(1).subarray(1))])).toThrow(invalid);
    expect(() => states.check([report(0)])).toThrow(invalid);
    states.check([report(0, state(1)), report(1, undefined, 'head.bias')]);
  });
});

describe('planCarriedState', () => {
  it('refuses models that have no state to carry, and states that fit no message', () => {
    const codeIs = (code: string) => expect.objectContaining({ code });
    expect(() => planCarriedState({ ...model, bidirectional: true }, shape)).toThrow(codeIs('CARRIED_STATE_MODEL'));
    expect(() => planCarriedState({ ...model, norm: 'batch-step' }, shape)).toThrow(codeIs('CARRIED_STATE_MODEL'));
    expect(planCarriedState({ ...model, norm: 'layer', zoneout: 0.1 }, shape)).toMatchObject({
      bytes: expect.any(Number) as number,
    });
    expect(() => planCarriedState({ ...model, targetsPer: 'sequence' }, shape)).toThrow(codeIs('CARRIED_STATE_MODEL'));
    expect(() => planCarriedState({ ...model, hiddenSize: 60_000 }, shape)).toThrow(codeIs('CARRIED_STATE_SIZE'));
  });
});

it('deals to each batch the next window of every stream', () => {
  // 11 windows in 3 streams of 3; two are left over
  expect([...streamOrder(11, 3)]).toEqual([0, 3, 6, 1, 4, 7, 2, 5, 8]);
  expect([...streamOrder(2, 3)]).toEqual([]);
});
