// One message of the wire in the pieces in which it came: long ones are read from there, and never joined.

/** The bytes of one message, cut anywhere. */
export type Message = readonly Uint8Array[];

export function messageBytes(message: Message): number {
  return message.reduce((bytes, piece) => bytes + piece.length, 0);
}

/** The first `count` bytes, or all if there are fewer: a view, or a copy where they do not lie in one piece. */
export function firstBytes(message: Message, count: number): Uint8Array {
  const [first] = message;
  if (first && first.length >= count) return first.subarray(0, count);
  const bytes = new Uint8Array(Math.min(count, messageBytes(message)));
  let filled = 0;
  for (const piece of message) {
    if (filled === bytes.length) break;
    const part = piece.subarray(0, bytes.length - filled);
    bytes.set(part, filled);
    filled += part.length;
  }
  return bytes;
}

/** What follows the first `count` bytes, as views. */
export function afterBytes(message: Message, count: number): Message {
  let left = count;
  return message.flatMap((piece) => {
    const rest = piece.subarray(Math.min(left, piece.length));
    left -= piece.length - rest.length;
    return rest.length > 0 ? [rest] : [];
  });
}

/** Copies `from` into `to`, from its byte `at` on; throws where it has no room. */
export type CopyBytes = (from: Uint8Array, to: Uint8Array, at: number) => void;
const setBytes: CopyBytes = (from, to, at) => to.set(from, at);

/** Copies the whole message to the start of `target`. The fast `copyBytes` is not to be had in a browser. */
export function copyMessage(message: Message, target: Uint8Array, copyBytes = setBytes): void {
  let at = 0;
  for (const piece of message) {
    copyBytes(piece, target, at);
    at += piece.length;
  }
}

/** A copy in one piece, to be kept for as long as it is wanted. */
export function joinMessage(message: Message): Uint8Array {
  const bytes = new Uint8Array(messageBytes(message));
  copyMessage(message, bytes);
  return bytes;
}
