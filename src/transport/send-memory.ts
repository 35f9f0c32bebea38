// Copies of messages whose bytes may change before they have left, in memory that is used again: new memory for each would have
// V8 collect its whole heap for each 64 MB of it, and come without pages.
import { copyMessage, messageBytes, type CopyBytes, type Message } from '../protocol/message.js';

export class SendMemory {
  readonly #copyBytes: CopyBytes;
  /** What has come back, by length: as much as was on its way at once. */
  readonly #spare = new Map<number, Uint8Array[]>();

  constructor(copyBytes: CopyBytes) {
    this.#copyBytes = copyBytes;
  }

  copy(message: Message): Uint8Array {
    const length = messageBytes(message);
    const copy = this.#spare.get(length)?.pop() ?? new Uint8Array(length);
    copyMessage(message, copy, this.#copyBytes);
    return copy;
  }

  /** Takes a copy back that has left, to all that it was sent to. */
  giveBack(copy: Uint8Array): void {
    const same = this.#spare.get(copy.length);
    if (same) same.push(copy);
    else this.#spare.set(copy.length, [copy]);
  }
}
