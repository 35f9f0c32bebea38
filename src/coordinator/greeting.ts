// The first exchange: who may join this run. Pure: Hello in, Welcome or a refusal out.
import { executionOf } from '../backend/kernel-id.js';
import type { ExecutionChoice } from '../backend/execution.js';
import { ProtocolError } from '../errors.js';
import type { ControlBodies } from '../protocol/control.js';
import { defaultLimits, type ProtocolLimits } from '../protocol/limits.js';
import { collectCapability, negotiateMinor } from '../protocol/version.js';
import { wireCapability, type WireDtype } from '../protocol/wire-dtype.js';
import type { BackendChoice } from './training-options.js';

export interface GreetingRules {
  /** The run's kernel id; undefined until the first worker has fixed it. */
  readonly kernelId: string | undefined;
  readonly backend: BackendChoice;
  readonly execution: ExecutionChoice;
  readonly allowMixedKernels: boolean;
  readonly wire: WireDtype;
  /** The model has parts that tfjs alone computes: another worker would fix the run's kernel id and then fail. */
  readonly needsTfjs?: boolean;
  /** Statistics are gathered inside a step. */
  readonly collects?: boolean;
}

/** Checks a Hello; returns the minor version to speak. What is wrong is a ProtocolError whose code and message go back as Reject. */
export function checkHello(
  hello: ControlBodies['hello'],
  rules: GreetingRules,
  limits: ProtocolLimits = defaultLimits,
): number {
  const minor = negotiateMinor({ major: hello.protocolMajor, minor: hello.protocolMinor });
  const texts = [hello.name, hello.host, hello.kernelId, hello.bridleVersion];
  const isTooLong =
    hello.heldBlocks.length > limits.maxHeldBlocks ||
    hello.heldBlocks.some((name) => name.length !== 16) ||
    hello.capabilities.length > 64 ||
    [...texts, ...hello.capabilities].some((text) => text.length > limits.maxNameBytes);
  // They are shown on terminals, where control characters would be commands.
  if (texts.some((text) => /\p{Cc}/u.test(text)))
    throw new ProtocolError('HELLO_INVALID', 'A field of Hello holds control characters.');
  if (isTooLong) throw new ProtocolError('HELLO_INVALID', 'A field of Hello is longer than the protocol allows.');
  const isOnKernels = /^(native|wasm)\//.test(hello.kernelId) && executionOf(hello.kernelId) === 'native';
  if (rules.needsTfjs && isOnKernels) {
    throw new ProtocolError(
      'BACKEND_MISMATCH',
      `The run's model has parts that tfjs alone computes (docs/normalisation.md), the worker runs ${hello.kernelId}. Start it with --backend tensorflow, or with --backend wasm --execution eager.`,
    );
  }
  if (rules.collects && !hello.capabilities.includes(collectCapability)) {
    throw new ProtocolError(
      'COLLECT_UNSUPPORTED',
      `The run gathers statistics inside a step (--norm batch), which this worker cannot. Install the coordinator's version of bridle there.`,
    );
  }
  if (rules.wire !== 'f32' && !hello.capabilities.includes(wireCapability)) {
    throw new ProtocolError(
      'WIRE_UNSUPPORTED',
      `The gradients of this run travel as ${rules.wire}, and this worker sends f32 alone. Install the coordinator's version of bridle there, or start a run with --wire f32.`,
    );
  }
  if (rules.allowMixedKernels) return minor;
  if (rules.backend !== 'auto' && !hello.kernelId.startsWith(`${rules.backend}/`)) {
    throw new ProtocolError(
      'BACKEND_MISMATCH',
      `The run wants backend ${rules.backend}, the worker runs ${hello.kernelId}. Start the worker with --backend ${rules.backend}.`,
    );
  }
  if (rules.execution !== 'auto' && executionOf(hello.kernelId) !== rules.execution) {
    throw new ProtocolError(
      'EXECUTION_MISMATCH',
      `The run wants --execution ${rules.execution}, the worker runs ${hello.kernelId}. Start the worker with --execution ${rules.execution}.`,
    );
  }
  if (rules.kernelId !== undefined && hello.kernelId !== rules.kernelId) {
    throw new ProtocolError(
      'KERNEL_MISMATCH',
      `The run computes with "${rules.kernelId}", the worker with "${hello.kernelId}": their bits differ. ` +
        'Give the worker the same backend, execution, library and thread count, or give up equal bits with --allow-mixed-kernels on the coordinator.',
    );
  }
  return minor;
}
