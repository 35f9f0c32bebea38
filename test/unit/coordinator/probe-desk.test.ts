import { describe, expect, it } from 'vitest';
import { ProbeDesk } from '../../../src/coordinator/probe-desk.js';
import { decodeControl, encodeControl, type ControlBodies } from '../../../src/protocol/control.js';
import { defaultLimits } from '../../../src/protocol/limits.js';

/** As it comes over the wire: the size that an answer says, and its own. */
function ask(desk: ProbeDesk, answerBytes: number, paddingBytes: number): number {
  const { body } = decodeControl(encodeControl({ probe: { answerBytes, padding: new Uint8Array(paddingBytes) } }));
  const answer = decodeControl(encodeControl(desk.answer(body as ControlBodies['probe'])));
  expect(answer.kind).toBe('probeAnswer');
  return (answer.body as ControlBodies['probeAnswer']).padding.length;
}

const limits = { ...defaultLimits, maxProbes: 3, maxProbeBytes: 100, maxAllProbeBytes: 150 };

describe('ProbeDesk', () => {
  it('answers with as many bytes as were asked for, whatever came', () => {
    const desk = new ProbeDesk();
    expect([ask(desk, 0, 0), ask(desk, 70_000, 0), ask(desk, 3, 70_000)]).toEqual([0, 70_000, 3]);
  });

  it.each<[string, [number, number][], [number, number]]>([
    [
      'more probes than it has',
      [
        [0, 0],
        [0, 0],
        [0, 0],
      ],
      [0, 0],
    ],
    ['a larger answer', [], [101, 0]],
    ['larger padding', [], [0, 101]],
    ['more answers in all', [[100, 0]], [51, 0]],
    ['more padding in all', [[0, 100]], [0, 51]],
  ])('refuses %s', (_, before, last) => {
    const desk = new ProbeDesk(limits);
    for (const [answer, padding] of before) ask(desk, answer, padding);
    expect(() => ask(desk, ...last)).toThrow(expect.objectContaining({ code: 'PROBE_LIMIT' }));
  });
});
