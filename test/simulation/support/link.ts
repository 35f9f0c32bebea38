// One connection as TCP gives it: ordered bytes in each direction, latency, stalls, silence, resets. Nothing is ever duplicated.
import type { Draws } from './random.js';
import type { Timeline } from './timeline.js';

export interface LinkEnd {
  onMessage(bytes: Uint8Array): void;
  onClose(reason: string): void;
}

type Parcel = { readonly at: number; readonly bytes: Uint8Array | undefined; readonly reason: string };

/** One direction. */
class Lane {
  end: LinkEnd | undefined;
  isClosed = false;
  isSilent = false;
  stalledUntil = 0;
  readonly #timeline: Timeline;
  readonly #latency: () => number;
  #queue: Parcel[] = [];
  #isPumping = false;
  #lastAt = 0;

  constructor(timeline: Timeline, latency: () => number) {
    this.#timeline = timeline;
    this.#latency = latency;
  }

  send(bytes: Uint8Array | undefined, reason = ''): void {
    const sizeMs = bytes ? bytes.length / 2000 : 0;
    const at = Math.max(this.#lastAt, this.#timeline.now + this.#latency()) + sizeMs;
    this.#lastAt = at;
    this.#queue.push({ at, bytes, reason });
    this.#pump();
  }

  /** What has not arrived yet never will. */
  cut(): void {
    this.#queue = [];
  }

  #pump(): void {
    const head = this.#queue[0];
    if (this.#isPumping || !head) return;
    this.#isPumping = true;
    const at = Math.max(head.at, this.stalledUntil);
    this.#timeline.in(Math.max(0, at - this.#timeline.now), () => {
      this.#isPumping = false;
      if (this.isSilent) return;
      if (this.stalledUntil <= this.#timeline.now) this.#deliver();
      this.#pump();
    });
  }

  #deliver(): void {
    const parcel = this.#queue.shift();
    if (!parcel || this.isClosed) return;
    if (parcel.bytes) this.end?.onMessage(parcel.bytes);
    else this.close(parcel.reason);
  }

  /** The receiver of this lane learns that the connection is gone; once. */
  close(reason: string): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.#queue = [];
    this.end?.onClose(reason);
  }
}

export class Link {
  readonly toServer: Lane;
  readonly toClient: Lane;
  readonly #timeline: Timeline;
  /** Parcels of the client that may still pass before the link is reset; Infinity: all. */
  resetAfter = Infinity;

  constructor(timeline: Timeline, random: Draws, latencyMs: number) {
    this.#timeline = timeline;
    const latency = (): number => latencyMs * random.between(0.5, 1.5);
    this.toServer = new Lane(timeline, latency);
    this.toClient = new Lane(timeline, latency);
  }

  sendToServer(bytes: Uint8Array): void {
    if (this.toServer.isClosed) return;
    if (this.resetAfter <= 0) return;
    this.resetAfter -= 1;
    this.toServer.send(bytes);
    if (this.resetAfter > 0) return;
    // What was sent last still arrives: the break falls between two messages of one answer.
    this.toServer.send(undefined, 'reset');
    this.toClient.cut();
    this.toClient.send(undefined, 'reset');
  }

  sendToClient(bytes: Uint8Array): void {
    if (!this.toClient.isClosed) this.toClient.send(bytes);
  }

  /** A close frame from the server: it arrives after what was sent before; an answer that never comes is waited for 30 s. */
  closeFromServer(reason: string): void {
    this.toClient.send(undefined, reason);
    const wait = (triesLeft: number): void => {
      if (this.toClient.isClosed || triesLeft === 0) this.toServer.close(reason);
      else this.#timeline.in(100, () => wait(triesLeft - 1));
    };
    wait(300);
  }

  /** The client's socket is gone at once; the server hears of it unless its direction is silent. */
  terminateFromClient(reason: string): void {
    this.toServer.cut();
    this.toServer.send(undefined, reason);
    this.toClient.close(reason);
  }

  /** The server's process has died: its end handles nothing more. */
  dropServer(): void {
    this.toServer.end = undefined;
    this.toServer.isClosed = true;
    this.toClient.cut();
    this.toClient.send(undefined, 'coordinator died');
  }

  /** The client's process has died. */
  dropClient(): void {
    this.toClient.end = undefined;
    this.toClient.isClosed = true;
    this.toServer.cut();
    this.toServer.send(undefined, 'worker died');
  }

  reset(): void {
    this.toServer.cut();
    this.toClient.cut();
    this.toServer.send(undefined, 'reset');
    this.toClient.send(undefined, 'reset');
  }
}
