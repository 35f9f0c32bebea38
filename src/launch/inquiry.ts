// Questions to a coordinator over one connection, each with its answer or the reason why none came.
import { decodeControl, encodeControl, type ControlDraft, type ControlMessage } from '../protocol/control.js';
import { joinMessage } from '../protocol/message.js';
import type { Connection } from '../transport/connection.js';

type Answer = ControlMessage | Error;

export class Inquiry {
  readonly #connection: Connection;
  readonly #waitMs: number;
  #settle: ((answer: Answer) => void) | undefined;
  #closed: Error | undefined;

  constructor(connection: Connection, waitMs: number) {
    this.#connection = connection;
    this.#waitMs = waitMs;
    connection.handle({
      onMessage: (message) => {
        try {
          this.#settle?.(decodeControl(joinMessage(message)));
        } catch (error) {
          this.#settle?.(error instanceof Error ? error : new Error(String(error)));
        }
      },
      onClose: (code, reason) => {
        this.#closed = new Error(`the connection was closed (${code} ${reason})`);
        this.#settle?.(this.#closed);
      },
    });
  }

  /** Sends a message; resolves to the one that comes next, or to an error where none comes in time. One question at a time. */
  async ask(draft: ControlDraft): Promise<Answer> {
    if (this.#closed) return this.#closed;
    let timer: NodeJS.Timeout | undefined;
    try {
      return await new Promise<Answer>((resolve) => {
        this.#settle = resolve;
        const kind = Object.keys(draft).join();
        const late = new Error(`no answer to ${kind} within ${this.#waitMs / 1000} s`);
        timer = setTimeout(() => resolve(late), this.#waitMs);
        this.#connection.send(encodeControl(draft));
      });
    } finally {
      clearTimeout(timer);
      this.#settle = undefined;
    }
  }
}
