// Answers an observer's probes: messages of a wanted size, so that it can time the way here. What they may cost is bounded.
import { ProtocolError } from '../errors.js';
import type { ControlBodies, ControlDraft } from '../protocol/control.js';
import { defaultLimits, type ProtocolLimits } from '../protocol/limits.js';

export class ProbeDesk {
  readonly #limits: ProtocolLimits;
  #probes = 0;
  #received = 0;
  #sent = 0;

  constructor(limits: ProtocolLimits = defaultLimits) {
    this.#limits = limits;
  }

  /** Answers a probe. Throws ProtocolError PROBE_LIMIT where one more is more than an observer may have. */
  answer({ answerBytes, padding }: ControlBodies['probe']): ControlDraft {
    const { maxProbes, maxProbeBytes, maxAllProbeBytes } = this.#limits;
    this.#probes += 1;
    this.#received += padding.length;
    this.#sent += answerBytes;
    const largest = Math.max(padding.length, answerBytes);
    if (
      this.#probes > maxProbes ||
      largest > maxProbeBytes ||
      Math.max(this.#received, this.#sent) > maxAllProbeBytes
    ) {
      const message = `An observer may send ${maxProbes} probes of ${maxProbeBytes} bytes, ${maxAllProbeBytes} bytes in all each way.`;
      throw new ProtocolError('PROBE_LIMIT', message);
    }
    return { probeAnswer: { padding: new Uint8Array(answerBytes) } };
  }
}
