// A peer that says whatever a test wants, and keeps what it is answered.
import { crc32 } from 'node:zlib';
import { WebSocket, type RawData } from 'ws';
import { coverShards } from '../../../src/collective/tree.js';
import {
  decodeControl,
  encodeControl,
  isControl,
  type ControlBodies,
  type ControlDraft,
  type ControlKind,
} from '../../../src/protocol/control.js';
import { encodeFrame, type FrameHeader } from '../../../src/protocol/frame.js';
import { joinMessage } from '../../../src/protocol/message.js';
import { parseRunSpec } from '../../../src/protocol/run-spec.js';

/** Each has a name of its own: three breaches under one name are the end of it. */
let peers = 0;

export interface HostileOptions {
  readonly url: string;
  readonly token?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly path?: string;
}

export class HostilePeer {
  readonly #closed: Promise<string>;
  readonly opened: Promise<void>;
  readonly #socket: WebSocket;
  readonly #messages: { kind: ControlKind; body: unknown }[] = [];
  readonly #listeners = new Set<() => void>();
  #heartbeat: NodeJS.Timeout | undefined;

  constructor({ url, token, headers, path = '/bridle/v1' }: HostileOptions) {
    this.#socket = new WebSocket(`${url}${path}`, {
      perMessageDeflate: false,
      headers: { ...(token !== undefined && { authorization: `Bearer ${token}` }), ...headers },
    });
    this.#socket.on('message', (data) => this.#onMessage(data));
    this.opened = new Promise((resolve) => this.#socket.once('open', resolve));
    this.#closed = new Promise((resolve) => {
      this.#socket.once('unexpected-response', (request, response) => {
        request.destroy();
        resolve(`HTTP ${response.statusCode} ${String(response.headers['x-bridle-code'])}`);
      });
      this.#socket.once('close', (code, reason) => resolve(`${code} ${reason.toString()}`));
    });
    this.#socket.on('error', () => undefined); // told by `ending`
    this.#socket.once('close', () => clearInterval(this.#heartbeat));
  }

  #onMessage(data: RawData): void {
    if (!(data instanceof Buffer) || !isControl(data)) return;
    this.#messages.push(decodeControl(data));
    for (const listener of this.#listeners) listener();
  }

  /** Sends what it is given, once the socket is open; heartbeats follow, so that only the message itself is at fault. */
  async say(...messages: readonly (ControlDraft | Uint8Array | string)[]): Promise<void> {
    await this.opened;
    for (const message of messages) {
      const isRaw = message instanceof Uint8Array || typeof message === 'string';
      this.#socket.send(isRaw ? message : encodeControl(message));
    }
    this.#heartbeat ??= setInterval(() => this.#socket.send(encodeControl({ heartbeat: {} })), 1000);
  }

  /** Waits for a message of a kind, the first or the first one after it was last asked for. */
  answer<Kind extends ControlKind>(kind: Kind, deadlineMs = 8000): Promise<ControlBodies[Kind]> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`no ${kind} within ${deadlineMs} ms`)), deadlineMs);
      const look = (): void => {
        const at = this.#messages.findIndex((message) => message.kind === kind);
        if (at < 0) return;
        const [found] = this.#messages.splice(at, 1);
        clearTimeout(timer);
        this.#listeners.delete(look);
        resolve(found?.body as ControlBodies[Kind]);
      };
      this.#listeners.add(look);
      look();
    });
  }

  /** How its connection ends: `CODE reason`, or `HTTP STATUS CODE` where the upgrade was refused. */
  async ending(deadlineMs = 8000): Promise<string> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`still connected after ${deadlineMs} ms`)), deadlineMs);
    });
    try {
      return await Promise.race([this.#closed, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  hello(kernelId: string, more: ControlDraft['hello'] = {}): Promise<void> {
    return this.say({
      hello: { protocolMajor: 1, protocolMinor: 0, kernelId, name: `hostile-${(peers += 1)}`, ...more },
    });
  }

  get isOpen(): boolean {
    return this.#socket.readyState === WebSocket.OPEN;
  }

  close(): void {
    this.#socket.close(1000, 'done');
  }
}

/** A gradient frame for a lease, of values that would be seen in any sum. */
export function gradientFrame(
  welcome: ControlBodies['welcome'],
  lease: ControlBodies['lease'],
  changes: Partial<FrameHeader> = {},
): Uint8Array {
  const { generation, runId } = welcome;
  const { parameters, shards: numShards } = parseRunSpec(welcome.runSpec);
  const values = new Float32Array(parameters).fill(1e6);
  const fences = { generation, runId, step: lease.step, attempt: lease.leaseId };
  const shards = lease.shards.map(({ shard }) => shard ?? 0);
  const [node] = coverShards(new Set(shards), numShards);
  const size = { chunk: 0, offset: 0, count: parameters, total: parameters };
  const header = {
    kind: 'gradient',
    dtype: 'f32',
    level: 0,
    index: 0,
    ...fences,
    ...node,
    ...size,
    ...changes,
  } as const;
  return joinMessage(encodeFrame(header, new Uint8Array(values.buffer, 0, 4 * header.count), crc32));
}
