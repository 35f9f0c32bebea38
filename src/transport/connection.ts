// One message-oriented connection, whatever carries it: TCP, TLS, a Unix socket, or memory in tests.
import type { Message } from '../protocol/message.js';

/** Close codes of our own (RFC 6455 keeps 4000 to 4999 for applications). */
export const closeCodes = {
  normal: 1000,
  goingAway: 1001,
  protocol: 4000,
  rejected: 4001,
  lost: 4002,
  stalled: 4003,
} as const;

/** What is longer than this leaves part by part: it had better be read while the rest is written. */
export const maxBatchedBytes = 4 * 1024 * 1024;

export interface ConnectionHandlers {
  /** Messages come whole and in order. Their bytes are gone when the call returns: who keeps some copies them. */
  onMessage(message: Message): void;
  onClose(code: number, reason: string): void;
}

export interface Connection {
  /** Where the peer is, for people: `127.0.0.1:51234`. */
  readonly peer: string;
  /** The peer is on this machine: a Unix socket or loopback carries the connection. */
  readonly isLocal: boolean;
  /** Handlers are set once, before anything can arrive. */
  handle(handlers: ConnectionHandlers): void;
  /** Queues one message. The bytes must not change until they have left; one buffer may be sent to many. */
  send(...message: Message): void;
  /** Calls back when all that has been queued so far has left, or will not any more; at once where nothing waits. */
  whenSent(act: () => void): void;
  /** Lets all messages that `queue` sends leave together: one call of the system, and the peer is woken once. */
  batch(queue: () => void): void;
  /** Bytes that have come, those of a message that is not whole among them. */
  readonly receivedBytes: number;
  /** Bytes that are queued and have not left. */
  readonly queuedBytes: number;
  close(code: number, reason: string): void;
  /** Ends the connection at once, without a closing handshake. */
  terminate(): void;
}
