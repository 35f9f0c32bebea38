// One coordinator, one honest worker, and everybody else: each hostile peer loses its own socket, with the right code, and
// the run ends with the digest of an undisturbed one. The honest worker's frames all come several times.
import { writeFileSync } from 'node:fs';
import { connect as connectTcp } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Purpose, Role, type ControlBodies, type ControlDraft } from '../../src/protocol/control.js';
import type { FrameHeader } from '../../src/protocol/frame.js';
import { BridleProcess, endAll } from './support/bridle-process.js';
import { gradientFrame, HostilePeer, type HostileOptions } from './support/hostile-peer.js';
import { startRepeatingRelay, type RepeatingRelay } from './support/repeating-relay.js';
import { tempFolder } from './support/temp-folder.js';

const folder = tempFolder();
const token = 'hostile-peers-know-this-one';
const shards = 4;
const common =
  `--data adding --data-length 6 --data-examples 48 --hidden-size 6 --global-batch 16 --shards ${shards} --steps 100 --evaluate-every 5 --save-every 0 --backend wasm --listen 127.0.0.1:0 --json`.split(
    ' ',
  );

let coordinator: BridleProcess;
let worker: BridleProcess;
let relay: RepeatingRelay;
let url: string;
let kernelId: string;
/** The present hostile worker: it holds a lease, so that the run cannot end before the next one has come. */
let holder: HostilePeer;

interface Leased {
  readonly peer: HostilePeer;
  readonly welcome: ControlBodies['welcome'];
  readonly lease: ControlBodies['lease'];
  frame(changes?: Partial<FrameHeader>): Uint8Array;
  /** Reports that fit the lease but for what `change` does to them. */
  reports(change?: (report: Report) => Report): ControlDraft;
}
type Report = NonNullable<NonNullable<ControlDraft['shardReports']>['reports']>[number];

/**
 * A new hostile worker takes the place of the one before it, and gets a lease in the step or evaluation that is opened then;
 * when it is for the other purpose, the next one follows.
 */
async function takeLease(purpose = Purpose.PURPOSE_TRAIN): Promise<Leased> {
  for (;;) {
    const peer = new HostilePeer({ url, token });
    await peer.hello(kernelId);
    const welcome = await peer.answer('welcome');
    holder.close();
    holder = peer;
    const lease = await peer.answer('lease');
    if (lease.purpose === purpose) return leased(peer, welcome, lease);
  }
}

function leased(peer: HostilePeer, welcome: ControlBodies['welcome'], lease: ControlBodies['lease']): Leased {
  const { leaseId, step } = lease;
  const fitting = lease.shards.map(({ shard, exampleIds }): Report => ({
    shard: shard ?? 0,
    loss: 1,
    count: exampleIds?.length ?? 0,
    squaredNorm: 1,
  }));
  return {
    peer,
    welcome,
    lease,
    frame: (changes) => gradientFrame(welcome, lease, changes),
    reports: (change = (report) => report) => ({ shardReports: { leaseId, step, reports: fitting.map(change) } }),
  };
}

beforeAll(async () => {
  const tokenFile = join(folder, 'token');
  writeFileSync(tokenFile, token, { mode: 0o600 });
  coordinator = new BridleProcess(['coordinator', ...common, '--min-workers', '2', '--token-file', tokenFile], {
    cwd: folder,
  });
  url = (await coordinator.event('listening')).urls[0] ?? '';
  relay = await startRepeatingRelay(url);
  worker = new BridleProcess(['worker', '--join', relay.url, '--workers', '1', '--backend', 'wasm', '--json'], {
    cwd: folder,
    env: { BRIDLE_TOKEN: token },
  });
  ({ kernelId } = await coordinator.event('started'));
  holder = new HostilePeer({ url, token });
  await holder.hello(kernelId);
  await holder.answer('lease');
});

afterAll(async () => {
  await endAll();
  relay.close();
});

describe('before the upgrade, a request', () => {
  it.each<[string, Partial<HostileOptions>, string]>([
    ['without a token', {}, 'HTTP 401 TOKEN_MISSING'],
    ['with a wrong token', { token: `${token}!` }, 'HTTP 401 TOKEN_WRONG'],
    ['from a web page', { token, headers: { origin: 'https://example.org' } }, 'HTTP 403 ORIGIN_REFUSED'],
    ['for another path', { token, path: '/bridle/v2' }, 'HTTP 404 NOT_FOUND'],
    ['with the token in the address', { path: `/bridle/v1?token=${token}` }, 'HTTP 404 NOT_FOUND'],
  ])('%s is refused', async (_name, options, wanted) => {
    expect(await new HostilePeer({ url, ...options }).ending()).toBe(wanted);
  });
});

describe('before the welcome, a peer', () => {
  const hello = (change: ControlDraft['hello']): ControlDraft => ({
    hello: { protocolMajor: 1, protocolMinor: 0, kernelId, name: 'hostile', ...change },
  });
  const fields = (count: number): Uint8Array => {
    const body = Buffer.alloc(2 * count, Uint8Array.from([0x52, 0])); // held_blocks, empty
    const length = Uint8Array.from([(body.length & 127) | 128, ((body.length >> 7) & 127) | 128, body.length >> 14]);
    return Buffer.concat([Buffer.from('BCTL'), Uint8Array.of(0x0a), length, body]);
  };
  it.each<[string, string, () => ControlDraft | Uint8Array | string]>([
    ['of another major version', '4001 VERSION_MISMATCH', () => hello({ protocolMajor: 2 })],
    ['that computes other bits', '4001 KERNEL_MISMATCH', () => hello({ kernelId: 'wasm/of-another-kind' })],
    ['on another backend', '4001 BACKEND_MISMATCH', () => hello({ kernelId: 'tensorflow/1' })],
    ['with a name of 257 characters', '4001 HELLO_INVALID', () => hello({ name: 'x'.repeat(257) })],
    ['whose name is a terminal command', '4001 HELLO_INVALID', () => hello({ name: '\x1b[2J' })],
    [
      'that holds 8,193 blocks',
      '4001 HELLO_INVALID',
      () => hello({ heldBlocks: Array.from({ length: 8193 }, () => new Uint8Array(16)) }),
    ],
    ['with a block name of 15 bytes', '4001 HELLO_INVALID', () => hello({ heldBlocks: [new Uint8Array(15)] })],
    ['that greets with a heartbeat', '4001 HELLO_EXPECTED', () => ({ heartbeat: {} })],
    [
      'that greets with a tensor',
      '4001 HELLO_EXPECTED',
      () => Buffer.concat([Buffer.from('BRDL'), new Uint8Array(60)]),
    ],
    ['that greets with nothing', '4001 CONTROL_INVALID', () => new Uint8Array(0)],
    ['that greets with text', '4001 CONTROL_INVALID', () => 'GET / HTTP/1.1'],
    ['that greets with garbage', '4001 CONTROL_INVALID', () => Buffer.alloc(5000, 0xc1)],
    [
      'that greets with half a Hello',
      '4001 CONTROL_INVALID',
      () => Uint8Array.from([...Buffer.from('BCTL'), 0x0a, 9, 8]),
    ],
    ['with 70,000 empty fields', '4001 CONTROL_TOO_LARGE', () => fields(70_000)],
    ['with 2 MiB', '1009 ', () => new Uint8Array(2 * 1024 * 1024)],
  ])('%s loses its socket', async (_name, wanted, message) => {
    const peer = new HostilePeer({ url, token });
    await peer.say(message());
    expect(await peer.ending()).toBe(wanted);
  });

  it('is told both kernel ids and the way out', async () => {
    const peer = new HostilePeer({ url, token });
    await peer.hello('wasm/of-another-kind');
    const { code, message } = await peer.answer('reject');
    expect(code).toBe('KERNEL_MISMATCH');
    for (const part of [kernelId, 'wasm/of-another-kind', '--allow-mixed-kernels']) expect(message).toContain(part);
  });

  it('that says nothing, and 200 that never finish their request, are gone within 6 s', async () => {
    const startedAt = performance.now();
    const port = Number(new URL(url).port);
    const slow = Array.from({ length: 200 }, (_, i) => {
      const socket = connectTcp(port, '127.0.0.1', () =>
        socket.write(i % 2 === 0 ? 'GET /bridle/v1 HTTP/1.1\r\n' : ''),
      );
      const drip = setInterval(() => i % 4 === 0 && socket.write('x'), 500);
      socket.on('error', () => undefined).resume();
      return new Promise<void>((resolve) =>
        socket.on('close', () => {
          clearInterval(drip);
          resolve();
        }),
      );
    });
    const silent = new HostilePeer({ url, token });
    expect(await silent.ending()).toBe('4000 HELLO_TIMEOUT: no Hello within 5 s');
    await Promise.all(slow);
    expect(performance.now() - startedAt).toBeLessThan(6500);
  });
});

describe('a worker that is in', () => {
  it.each<[string, string, (leased: Leased) => (ControlDraft | Uint8Array)[]]>([
    ['answers with wrong counts', '4000 ANSWER_INVALID', ({ reports }) => [reports((one) => ({ ...one, count: 99 }))]],
    [
      'answers for other shards',
      '4000 ANSWER_INVALID',
      ({ reports }) => [reports((one) => ({ ...one, shard: shards }))],
    ],
    [
      'answers for none',
      '4000 ANSWER_INVALID',
      ({ lease: { leaseId, step } }) => [{ shardReports: { leaseId, step } }],
    ],
    ['reports twice', '4000 ANSWER_INVALID', ({ reports }) => [reports(), reports()]],
    ['sends gradients before reports', '4000 ANSWER_INVALID', ({ frame }) => [frame()]],
    [
      'sends a node that it does not owe',
      '4000 ANSWER_INVALID',
      ({ frame, reports }) => [reports(), frame({ level: 2, index: 0 })],
    ],
    [
      'sends a node outside the tree',
      '4000 ANSWER_INVALID',
      ({ frame, reports }) => [reports(), frame({ level: 0xffff_ffff, index: 7 })],
    ],
    ['sends a wrong checksum', '4001 FRAME_CORRUPT', ({ frame }) => [frame().fill(0, 100, 104)]],
    ['sends a frame without its end', '4001 FRAME_INVALID', ({ frame }) => [frame().subarray(0, 90)]],
    [
      'sends the second chunk first',
      '4001 CHUNK_OUT_OF_ORDER',
      ({ frame, reports }) => [reports(), frame({ chunk: 1, offset: 4, count: 4 })],
    ],
    [
      'sends a vector of another size',
      '4001 CHUNK_OUT_OF_ORDER',
      ({ frame, reports }) => [reports(), frame({ count: 4, total: 4 })],
    ],
    [
      'asks for blocks again and again',
      '4001 BLOCKS_OVERASKED',
      () => Array.from({ length: 20 }, () => ({ needBlocks: {} })),
    ],
    ['greets twice', '4001 MESSAGE_UNEXPECTED', () => [{ hello: { protocolMajor: 1 } }]],
    ['speaks like a coordinator', '4001 MESSAGE_UNEXPECTED', () => [{ stop: { code: 'DONE' } }]],
    ['sends 2 MiB', '1009 ', () => [new Uint8Array(2 * 1024 * 1024)]],
    ['says goodbye', '1000 GOODBYE', () => [{ goodbye: { reason: 'enough\x1b[2J' } }]],
  ])('and %s loses its socket', async (_name, wanted, attack) => {
    const taken = await takeLease();
    await taken.peer.say(...attack(taken));
    const closed = await taken.peer.ending();
    expect(closed.slice(0, wanted.length)).toBe(wanted);
  });

  it.each<[string, (lease: ControlBodies['lease']) => ControlDraft]>([
    [
      'scores an evaluation with wrong counts',
      ({ leaseId, step, shards: held }) => ({
        evaluationReports: { leaseId, step, reports: held.map(({ shard }) => ({ shard: shard ?? 0, count: 1e6 })) },
      }),
    ],
    ['scores no shard of an evaluation', ({ leaseId, step }) => ({ evaluationReports: { leaseId, step } })],
  ])('and %s loses its socket', async (_name, attack) => {
    const { peer, lease } = await takeLease(Purpose.PURPOSE_EVALUATE);
    await peer.say(attack(lease));
    expect(await peer.ending()).toMatch(/^4000 ANSWER_INVALID/);
  });

  it('keeps it when frames are stale or are for leases that it does not have: they are dropped', async () => {
    const { peer, frame, lease } = await takeLease();
    await peer.say(
      frame({ attempt: lease.leaseId + 1 }),
      frame({ attempt: lease.leaseId - 1 }),
      frame({ generation: 9 }),
      frame({ runId: '0000000000000000' }),
      frame({ step: lease.step + 1 }),
      frame({ kind: 'weights' }),
      { shardReports: { leaseId: lease.leaseId + 1, step: lease.step } },
      { evaluationReports: { leaseId: lease.leaseId, step: lease.step + 1 } },
    );
    // A second connection's greeting comes after all of that, and both are still there.
    const other = new HostilePeer({ url, token });
    await other.hello(kernelId, { role: Role.ROLE_OBSERVER });
    await other.answer('welcome');
    expect([peer.isOpen, other.isOpen]).toEqual([true, true]);
    other.close();
  });

  it('may report what is not finite: another worker computes the shard once more', async () => {
    const { peer, reports, welcome } = await takeLease();
    await peer.say(reports((one) => ({ ...one, loss: NaN, squaredNorm: Infinity, nonFinite: '\x07'.repeat(9999) })));
    const event = await coordinator.event('non-finite');
    expect([event.rank, event.reaction]).toEqual([welcome.rank, 'recompute']);
    await peer.answer('lease'); // the step went on, and what comes next has a share for it again
  });
});

describe('a worker that has broken the contract three times', () => {
  it('is not let in again', async () => {
    for (let breach = 0; breach < 3; breach += 1) {
      const peer = new HostilePeer({ url, token });
      await peer.hello(kernelId, { name: 'incorrigible', role: Role.ROLE_OBSERVER });
      await peer.answer('welcome');
      await peer.say(new Uint8Array([1, 2, 3]));
      expect(await peer.ending()).toBe('4001 CONTROL_INVALID');
    }
    const peer = new HostilePeer({ url, token });
    await peer.hello(kernelId, { name: 'incorrigible' });
    expect(await peer.ending()).toBe('4001 QUARANTINED');
  });
});

describe('the run', () => {
  it('ends with the digest of an undisturbed one, computed by the honest worker', async () => {
    holder.close();
    const done = await coordinator.done();
    expect((await worker.exit()).code).toBe(0);
    const undisturbed = new BridleProcess(['train', '--workers', '1', ...common], { cwd: folder });
    expect(done.digest).toBe((await undisturbed.done()).digest);
    expect(relay.repeated).toBeGreaterThan(100);
    expect(coordinator.events.filter(({ event }) => event === 'worker-lost').length).toBeGreaterThan(15);
    const texts = JSON.stringify(coordinator.events);
    expect([texts.includes('enough?[2J'), /\\u00[01]|\\b/.test(texts), texts.includes('x'.repeat(300))]).toEqual([
      true,
      false,
      false,
    ]);
  });
});
