// bridle doctor --join against real coordinators: over a line of known rate and delay, of an older version, and beyond the bounds.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import { WebSocket, WebSocketServer } from 'ws';
import { afterEach, describe, expect, it } from 'vitest';
import {
  decodeControl,
  encodeControl,
  isControl,
  Role,
  type ControlBodies,
  type ControlDraft,
  type ControlMessage,
} from '../../src/protocol/control.js';
import { protocolVersion } from '../../src/protocol/version.js';
import { BridleProcess, endAll } from './support/bridle-process.js';
import { startSlowProxy } from './support/slow-proxy.js';
import { tempFolder } from './support/temp-folder.js';

const root = resolve(import.meta.dirname, '../..');
const folder = tempFolder();
afterEach(endAll);

interface Check {
  readonly event: string;
  readonly name: string;
  readonly state: string;
  readonly detail: string;
  readonly figures?: Readonly<Record<string, number>>;
}

async function startCoordinator(...more: string[]): Promise<{ coordinator: BridleProcess; port: number }> {
  const flags = '--data adding --data-examples 64 --hidden-size 64 --listen 127.0.0.1:0 --json'.split(' ');
  const coordinator = new BridleProcess(['coordinator', ...flags, ...more, '--out', folder], { cwd: root });
  const { urls } = await coordinator.event('listening');
  return { coordinator, port: Number(new URL(urls[0] ?? '').port) };
}

async function examine(port: number): Promise<{ code: number | null; checks: Map<string, Check> }> {
  const flags = ['--join', `ws://127.0.0.1:${port}`, '--backend', 'native', '--json'];
  const doctor = new BridleProcess(['doctor', ...flags], { cwd: folder });
  const { code } = await doctor.exit();
  const checks = doctor.events as unknown as Check[];
  return { code, checks: new Map(checks.map((check) => [check.name, check])) };
}

/** Greets a coordinator, says what `drafts` hold, and returns what came until it closed or fell silent for good. */
async function converse(
  port: number,
  role: ControlBodies['hello']['role'],
  drafts: readonly ControlDraft[],
): Promise<ControlMessage[]> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/bridle/v1`);
  const came: ControlMessage[] = [];
  const hello = { protocolMajor: protocolVersion.major, protocolMinor: protocolVersion.minor, kernelId: 'native/x' };
  socket.on('open', () => {
    for (const draft of [{ hello: { ...hello, role } }, ...drafts]) socket.send(encodeControl(draft));
  });
  socket.on('message', (data) => {
    if (isControl(data as Buffer)) came.push(decodeControl(data as Buffer));
  });
  await new Promise<void>((done, fail) => {
    socket.on('close', () => done());
    socket.on('error', fail);
  });
  return came;
}

describe('bridle doctor --join', () => {
  it('checks this machine, one JSON object a line; measures a line of known rate and delay, and says what a step costs over it', async () => {
    const { port } = await startCoordinator('--advertise', 'trainer.example.org:29600', '--wire', 'bf16');
    const line = { up: 1e6, down: 4e6, delayMs: 20 };
    const proxy = await startSlowProxy(port, line);
    const { code, checks } = await examine(proxy.port);
    await proxy.close();
    expect(code).toBe(0);
    const ofMachine = ['Node.js', 'backend wasm', 'C++ compiler', 'pip', 'data mnist-rows', 'machine'];
    expect([...checks.keys()]).toEqual(expect.arrayContaining(ofMachine));
    expect([...checks.values()].every(({ event }) => event === 'check')).toBe(true);
    expect(checks.get('advertised')?.detail).toBe('trainer.example.org:29600');
    const { roundTripMs = 0 } = checks.get('round trip')?.figures ?? {};
    expect(roundTripMs).toBeGreaterThanOrEqual(40);
    expect(roundTripMs).toBeLessThan(150);
    const { downBytesPerSecond = 0, upBytesPerSecond = 0 } = checks.get('bandwidth')?.figures ?? {};
    for (const share of [downBytesPerSecond / line.down, upBytesPerSecond / line.up]) {
      expect(share).toBeGreaterThan(0.4);
      expect(share).toBeLessThan(1.2);
    }
    const { seconds = 0, downBytes = 0, upBytes = 0 } = checks.get('a step from here')?.figures ?? {};
    expect(upBytes).toBeLessThan(0.6 * downBytes); // bf16
    const wanted = downBytes / downBytesPerSecond + upBytes / upBytesPerSecond + roundTripMs / 1000;
    expect(seconds).toBeCloseTo(wanted, 6);
  });

  it('says of an older coordinator that it has no probes, and sends it none', async () => {
    const server = createServer();
    const sockets = new WebSocketServer({ server });
    const came: string[] = [];
    sockets.on('connection', (socket) =>
      socket.on('message', (data) => {
        const { kind } = decodeControl(data as Buffer);
        came.push(kind);
        const runSpec = JSON.stringify({});
        if (kind === 'hello')
          socket.send(
            encodeControl({ welcome: { protocolMajor: 1, protocolMinor: 1, bridleVersion: '0.1.0', runSpec } }),
          );
      }),
    );
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const { code, checks } = await examine((server.address() as AddressInfo).port);
    for (const socket of sockets.clients) socket.terminate();
    await new Promise((closed) => server.close(closed));
    expect(code).toBe(0);
    expect(checks.get('round trip')?.detail).toMatch(/protocol 1\.1, which has no probes/);
    expect(checks.has('bandwidth')).toBe(false);
    expect(came).toEqual(['hello']);
  });

  it('is kept within bounds, and probes are for observers alone', async () => {
    const { port } = await startCoordinator();
    const pings = Array.from({ length: 65 }, (): ControlDraft => ({ probe: { answerBytes: 10 } }));
    const answers = await converse(port, Role.ROLE_OBSERVER, pings);
    expect(answers.map(({ kind }) => kind)).toEqual(['welcome', ...pings.slice(1).map(() => 'probeAnswer'), 'reject']);
    expect(answers.at(-1)?.body).toMatchObject({ code: 'PROBE_LIMIT' });
    const worker = await converse(port, Role.ROLE_WORKER, [{ probe: {} }]);
    expect(worker.at(-1)).toMatchObject({ kind: 'reject', body: { code: 'MESSAGE_UNEXPECTED' } });
  });
});
