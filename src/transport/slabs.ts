// Long messages stay in the slabs of memory that the socket was read into, and the slabs go back as soon as they have been read.
import type { WebSocket } from 'ws';
import type { Message } from '../protocol/message.js';
import { giveBack } from '../tensor/give-back.js';

/** Shorter ones are joined by ws where they straddle two slabs: that costs less than a list. */
const leastBytes = 16_384;
const binary = 2;

/** What ws keeps to itself, of the version that package.json names; a test holds it to this. */
interface Receiver {
  readonly _opcode: number;
  readonly _masked: boolean;
  readonly _mask: Uint8Array | undefined;
  readonly _buffers: Buffer[];
  /** Takes the next `count` bytes, which are there, out of the slabs. The bytes of a frame it hands on without looking at them. */
  consume(count: number): Buffer | Buffer[];
}

/** What a socket hands on with `keepSlabs`; an empty message is an empty list, text one piece. */
export type SocketData = Buffer | (Buffer | Buffer[])[];

/** Has `socket` hand on each binary message in pieces, not copied where it is long and its mask changes nothing. */
export function keepSlabs(socket: WebSocket): void {
  socket.binaryType = 'fragments';
  const { _receiver: receiver } = socket as unknown as { readonly _receiver: Receiver };
  const join = receiver.consume.bind(receiver);
  receiver.consume = (count) => {
    const { _opcode: opcode, _masked: isMasked, _mask: mask } = receiver;
    const isChanged = isMasked && mask?.some((byte) => byte !== 0) === true;
    return count >= leastBytes && opcode === binary && !isChanged ? takePieces(receiver, join, count) : join(count);
  };
}

function takePieces({ _buffers: slabs }: Receiver, take: Receiver['consume'], count: number): Buffer[] {
  const pieces: Buffer[] = [];
  for (let left = count; left > 0;) {
    const piece = take(Math.min(left, slabs[0]?.length ?? 0)) as Buffer;
    pieces.push(piece);
    left -= piece.length;
  }
  return pieces;
}

export function messageOf(data: SocketData): Message {
  return Array.isArray(data) ? data.flat() : [data];
}

/** Gives back the slabs that end with a piece of `data`, which nobody may read any more. */
export function releaseSlabs(data: SocketData): void {
  if (!Array.isArray(data)) return;
  // What is no list may lie in Node's pool, where others have bytes as well.
  const pieces = data.flatMap((part) => (Array.isArray(part) ? part : []));
  giveBack(pieces.filter(isLastOfSlab).map(({ buffer }) => buffer as ArrayBuffer));
}

function isLastOfSlab({ buffer, byteOffset, length }: Uint8Array): boolean {
  return byteOffset + length === buffer.byteLength;
}
