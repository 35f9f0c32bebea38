// bridle doctor --join, once it is welcome: how far away the coordinator is, and what a step of its run would cost from here.
import { performance } from 'node:perf_hooks';
import { frameSizes } from '../protocol/chunks.js';
import type { ControlBodies } from '../protocol/control.js';
import { parseRunSpec } from '../protocol/run-spec.js';
import type { Inquiry } from './inquiry.js';
import type { ProbeCheck } from './launch-options.js';
import { measureLink, type LinkMeasure } from './measure-link.js';

type Welcome = ControlBodies['welcome'];

/** Measures the way to a coordinator that has answered `welcome`. `isLocal`: it is on this machine. */
export async function probeLink(inquiry: Inquiry, welcome: Welcome, isLocal: boolean): Promise<ProbeCheck[]> {
  const { protocolMajor, protocolMinor, advertised } = welcome;
  if (protocolMinor < 2) {
    const detail = `not measured: the coordinator speaks protocol ${protocolMajor}.${protocolMinor}, which has no probes`;
    return [{ name: 'round trip', ok: true, detail }];
  }
  const told: ProbeCheck = {
    name: 'advertised',
    ok: true,
    detail: advertised === '' ? 'none (--advertise): workers are told where it listens' : advertised,
  };
  try {
    const link = await measureLink((up, down) => exchange(inquiry, up, down));
    return [told, ...describeLink(link), describeStep(link, welcome, isLocal)];
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    return [told, { name: 'round trip', ok: false, detail, fix: 'try again when the network is idle' }];
  }
}

async function exchange(inquiry: Inquiry, up: number, down: number): Promise<number> {
  const startedAt = performance.now();
  const answer = await inquiry.ask({ probe: { answerBytes: down, padding: new Uint8Array(up) } });
  if (answer instanceof Error) throw answer;
  if (answer.kind === 'reject') throw new Error(`${answer.body.code}: ${answer.body.message}`);
  if (answer.kind !== 'probeAnswer') throw new Error(`unexpected answer ${answer.kind}`);
  return performance.now() - startedAt;
}

function describeLink({ roundTripMs, up, down }: LinkMeasure): ProbeCheck[] {
  return [
    { name: 'round trip', ok: true, detail: `${roundTripMs.toFixed(2)} ms`, figures: { roundTripMs } },
    {
      name: 'bandwidth',
      ok: true,
      detail: `${bitsPerSecond(down)} down, ${bitsPerSecond(up)} up`,
      figures: { downBytesPerSecond: down, upBytesPerSecond: up },
    },
  ];
}

function bitsPerSecond(bytes: number): string {
  const megabits = (8 * bytes) / 1e6;
  return megabits < 1000 ? `${megabits.toPrecision(3)} Mbit/s` : `${(megabits / 1000).toPrecision(3)} Gbit/s`;
}

/** Weights and lease come, gradients go: one round trip a step, and the time that the bytes take. */
function describeStep({ roundTripMs, up, down }: LinkMeasure, welcome: Welcome, isLocal: boolean): ProbeCheck {
  const { parameters, wire } = parseRunSpec(welcome.runSpec);
  const sum = (sizes: readonly number[]): number => sizes.reduce((total, size) => total + size, 0);
  const downBytes = sum(frameSizes('f32', parameters, welcome.maxChunkBytes));
  const upBytes = sum(frameSizes(wire, parameters, welcome.maxChunkBytes));
  const seconds = downBytes / down + upBytes / up + roundTripMs / 1000;
  const per = wire === 'f32' ? 'each sum of gradients' : 'each shard that it gets';
  const aside = isLocal ? '; on this machine tensors go through shared memory instead, where both sides can' : '';
  return {
    name: 'a step from here',
    ok: true,
    detail: `${(1000 * seconds).toPrecision(3)} ms beside the computing: ${mebibytes(downBytes)} of weights down, ${mebibytes(upBytes)} up for ${per}, one round trip${aside}`,
    figures: { seconds, downBytes, upBytes },
  };
}

function mebibytes(bytes: number): string {
  return `${(bytes / 1024 / 1024).toPrecision(3)} MiB`;
}
