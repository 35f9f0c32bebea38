// A Connection over a WebSocket (RFC 6455, package ws).
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import type { Message } from '../protocol/message.js';
import type { Connection, ConnectionHandlers } from './connection.js';
import { keepSlabs, messageOf, releaseSlabs, type SocketData } from './slabs.js';

/** Options that both ends set. Compression makes floats 30 times slower to send and saves little. */
export const socketOptions = { perMessageDeflate: false, maxFragments: 16, maxBufferedChunks: 4096 } as const;

/** What is to happen when a message has left, and all that were queued before it. */
interface Departure {
  hasLeft: boolean;
  readonly waiting: (() => void)[];
}

function depart(departure: Departure): void {
  departure.hasLeft = true;
  for (const act of departure.waiting) act();
}

export class SocketConnection implements Connection {
  readonly peer: string;
  readonly isLocal: boolean;
  readonly #socket: WebSocket;
  /** What carries the WebSocket. */
  readonly #stream: Duplex;
  #isClosed = false;
  /** Of the message that was queued last. */
  #last: Departure | undefined;

  constructor(socket: WebSocket, stream: Duplex, peer: string, isLocal: boolean) {
    this.isLocal = isLocal;
    this.#socket = socket;
    this.#stream = stream;
    this.peer = peer;
    keepSlabs(socket);
  }

  handle(handlers: ConnectionHandlers): void {
    const close = (code: number, reason: string): void => {
      if (this.#isClosed) return;
      this.#isClosed = true;
      handlers.onClose(code, reason);
    };
    this.#socket.on('message', (data) => {
      const came = data as SocketData;
      if (!this.#isClosed) handlers.onMessage(messageOf(came));
      releaseSlabs(came);
    });
    // ws reports a broken frame as an error and closes; the reason is in the error only.
    let failure = '';
    this.#socket.on('error', (error) => (failure = error.message));
    this.#socket.on('close', (code, reason) => close(code, reason.toString() || failure || 'connection lost'));
  }

  send(...message: Message): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    const last: Departure = { hasLeft: false, waiting: [] };
    this.#last = last;
    message.forEach((piece, i) => {
      const isLast = i === message.length - 1;
      // The callback also keeps ws from raising a failed write as an error of its own: 'close' follows.
      this.#socket.send(piece, { binary: true, fin: isLast }, () => {
        if (isLast) depart(last);
      });
    });
  }

  whenSent(act: () => void): void {
    if (!this.#last || this.#last.hasLeft) act();
    else this.#last.waiting.push(act);
  }

  batch(queue: () => void): void {
    this.#stream.cork();
    try {
      queue();
    } finally {
      this.#stream.uncork();
    }
  }

  get receivedBytes(): number {
    return (this.#stream as Socket).bytesRead; // it is one, or a TLSSocket
  }

  get queuedBytes(): number {
    // A closed socket keeps its count until it is collected.
    return this.#socket.readyState === this.#socket.OPEN ? this.#socket.bufferedAmount : 0;
  }

  close(code: number, reason: string): void {
    this.#socket.close(code, truncate(reason));
    // A peer that never answers the closing handshake must not keep the socket.
    setTimeout(() => this.#socket.terminate(), 2000).unref();
  }

  terminate(): void {
    this.#socket.terminate();
  }
}

/** A close reason has at most 123 bytes. */
function truncate(reason: string): string {
  let text = reason;
  while (Buffer.byteLength(text) > 123) text = text.slice(0, -1);
  return text;
}
