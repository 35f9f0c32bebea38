// One connection as the coordinator sees it: its handshake, its queue, what it has been sent. Bytes in, events out.
import { crc32 } from '../backend/bytes.js';
import { ProtocolError } from '../errors.js';
import {
  decodeControl,
  encodeControl,
  type ControlBodies,
  type ControlDraft,
  type ControlMessage,
} from '../protocol/control.js';
import { decodeFrame, isFrame, type Frame } from '../protocol/frame.js';
import { defaultLimits } from '../protocol/limits.js';
import { joinMessage, type Message } from '../protocol/message.js';
import { closeCodes, type Connection } from '../transport/connection.js';
import { DataFeed } from './data-feed.js';
import { ProbeDesk } from './probe-desk.js';

export interface PeerHandlers {
  onHello(peer: Peer, hello: ControlBodies['hello']): void;
  onControl(peer: Peer, message: ControlMessage): void;
  onFrame(peer: Peer, frame: Frame): void;
  onClosed(peer: Peer, reason: string): void;
}

const codeOfReason: Readonly<Record<string, number>> = {
  GOODBYE: closeCodes.normal,
  HEARTBEAT_LOST: closeCodes.lost,
  STUCK: closeCodes.stalled,
};

/** What a peer says of itself, fit for terminals and logs: control characters would be commands there. */
export function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, '?').slice(0, defaultLimits.maxNameBytes);
}

export class Peer {
  readonly connection: Connection;
  /** Set by the welcome; undefined before it. */
  rank: number | undefined;
  isObserver = false;
  /** The minor version that both sides speak. */
  protocolMinor = 0;
  readonly probes = new ProbeDesk();
  /** Who it says it is, for counting breaches: its name and host. */
  identity = '';
  /** It has broken the contract on this connection. */
  hasBroken = false;
  name = '';
  readonly feed = new DataFeed();
  /** The lease whose gradients may come in: larger ones are refused before memory is spent on them. */
  openLease: number | undefined;
  /** The open lease, if its worker was told that its gradients wait. */
  waitingLease: number | undefined;
  /** The step whose weights were sent last. */
  weightsStep = -1;
  /** Totals of a step's collectives that went out with its leases. */
  sentTotals = { step: -1, count: 0 };
  /** Frames of other steps, generations or leases: counted and dropped. */
  staleFrames = 0;
  /** Why this side closes, if it does. */
  #closing: string | undefined;
  readonly #helloTimer: NodeJS.Timeout;
  #lastQueued = 0;
  #lastReceived = 0;
  #progressAt: number;

  constructor(connection: Connection, handlers: PeerHandlers, now: number) {
    this.connection = connection;
    this.#progressAt = now;
    const timeoutMs = defaultLimits.handshakeTimeoutMs;
    this.#helloTimer = setTimeout(
      () => this.close('HELLO_TIMEOUT', `no Hello within ${timeoutMs / 1000} s`),
      timeoutMs,
    );
    connection.handle({
      onMessage: (message) => this.#onMessage(message, handlers),
      onClose: (code, reason) => {
        clearTimeout(this.#helloTimer);
        handlers.onClosed(this, this.#closing ?? `connection closed (${code} ${printable(reason)})`);
      },
    });
  }

  send(draft: ControlDraft): void {
    this.connection.send(encodeControl(draft));
  }

  /** Tells the peer why it cannot stay, and closes. */
  reject(error: { readonly code: string; readonly message: string }): void {
    this.hasBroken = true;
    this.#closing = error.message;
    this.send({ reject: { code: error.code, message: error.message } });
    this.connection.close(closeCodes.rejected, error.code);
  }

  close(code: string, reason: string): void {
    this.#closing ??= reason;
    if (code === 'ANSWER_INVALID') this.hasBroken = true;
    this.connection.close(codeOfReason[code] ?? closeCodes.protocol, `${code}: ${reason}`);
  }

  /** Tells whether anything has come since this was asked last: a long message is a sign of life before it is whole. */
  hasSpoken(): boolean {
    const received = this.connection.receivedBytes;
    const isNew = received > this.#lastReceived;
    this.#lastReceived = received;
    return isNew;
  }

  /** Drops a peer whose queue has not moved for too long; size alone is no reason. */
  checkProgress(now: number): void {
    const queued = this.connection.queuedBytes;
    if (queued === 0 || queued < this.#lastQueued) this.#progressAt = now;
    this.#lastQueued = queued;
    if (now - this.#progressAt <= defaultLimits.stallTimeoutMs) return;
    this.#closing = `took nothing for ${defaultLimits.stallTimeoutMs / 1000} s`;
    this.connection.terminate();
  }

  /** A fault in one message closes this socket and nothing else: no error may reach the event loop. */
  #onMessage(came: Message, handlers: PeerHandlers): void {
    if (this.#closing !== undefined) return;
    try {
      if (isFrame(came)) {
        if (this.rank === undefined) throw new ProtocolError('HELLO_EXPECTED', 'A tensor frame came before Hello.');
        handlers.onFrame(this, decodeFrame(came, crc32));
        return;
      }
      const message = decodeControl(joinMessage(came));
      if (this.rank !== undefined) handlers.onControl(this, message);
      else if (message.kind === 'hello') {
        clearTimeout(this.#helloTimer);
        handlers.onHello(this, message.body);
      } else throw new ProtocolError('HELLO_EXPECTED', `${message.kind} came before Hello.`);
    } catch (error) {
      const known =
        error instanceof ProtocolError
          ? error
          : new ProtocolError('INTERNAL', `A message could not be handled: ${String(error)}`);
      this.reject(known);
    }
  }
}
