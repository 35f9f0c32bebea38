// What comes in from workers that were welcomed: messages and frames become events of the core, or answers at once.
import type { Logger } from 'pino';
import type { ControlMessage } from '../protocol/control.js';
import type { Frame } from '../protocol/frame.js';
import { isOwed } from './core/answers.js';
import type { CoreEvent, CoreState, ShardHealth, ShardScore } from './core/state.js';
import type { Outbox } from './outbox.js';
import { printable, type Peer } from './peer.js';
import type { TensorRoads } from './tensor-roads.js';
import type { TrainingRun } from './training-run.js';

export interface InboxOptions {
  readonly runId: string;
  readonly generation: number;
  readonly core: CoreState;
  readonly run: TrainingRun;
  readonly roads: TensorRoads;
  readonly outbox: Outbox;
  readonly log: Logger;
  dispatch(event: CoreEvent): void;
}

export class Inbox {
  readonly #options: InboxOptions;

  constructor(options: InboxOptions) {
    this.#options = options;
  }

  onControl(peer: Peer, message: ControlMessage): void {
    const { run, roads, outbox, log, dispatch } = this.#options;
    const { rank } = peer;
    if (rank === undefined) return;
    if (peer.isObserver) {
      if (message.kind === 'probe') peer.send(peer.probes.answer(message.body));
      return;
    }
    dispatch({ type: 'heard', rank });
    switch (message.kind) {
      case 'shardReports': {
        const { leaseId, step } = message.body;
        const reports = (message.body.reports as ShardHealth[]).map(healthOf);
        run.carried?.check(reports);
        run.statistics?.checkOwn(reports);
        dispatch({ type: 'reported', rank, leaseId, step, reports });
        return;
      }
      case 'evaluationReports': {
        const { leaseId, step } = message.body;
        const scores = (message.body.reports as ShardScore[]).map(scoreOf);
        // What comes late belongs to a collective that is closed, and may have another size.
        if (leaseId === peer.openLease) run.statistics?.check(scores);
        dispatch({ type: 'scored', rank, leaseId, step, scores });
        return;
      }
      case 'sharedMemoryTaken':
        if (roads.onTaken(peer, message.body)) log.info({ rank }, 'shared memory is taken up');
        return;
      case 'needBlocks':
        outbox.sendBlocks(peer, message.body.names);
        return;
      case 'droppedBlocks':
        peer.feed.dropped(message.body.names.map((name) => Buffer.from(name).toString('hex')));
        return;
      case 'goodbye':
        peer.close('GOODBYE', printable(message.body.reason));
        return;
      case 'heartbeat': {
        const { preparingLease: leaseId } = message.body;
        if (leaseId !== 0) dispatch({ type: 'preparing', rank, leaseId });
        return;
      }
      default:
        peer.reject({ code: 'MESSAGE_UNEXPECTED', message: `A worker does not send ${message.kind}.` });
    }
  }

  onFrame(peer: Peer, frame: Frame): void {
    const { runId, generation, core, dispatch } = this.#options;
    const { rank } = peer;
    const { header } = frame;
    if (rank === undefined) return;
    dispatch({ type: 'heard', rank });
    const isFresh =
      header.kind === 'gradient' &&
      header.runId === runId &&
      header.generation === generation &&
      header.attempt === peer.openLease;
    if (!isFresh) {
      peer.staleFrames += 1;
      return;
    }
    const node = { level: header.level, index: header.index };
    const arrival = { rank, leaseId: header.attempt, step: header.step, node };
    // What nobody waits for takes no memory: the core counts it as stale, or sees a breach.
    if (!isOwed(core, arrival)) peer.staleFrames += 1;
    else if (!this.#takeIn(peer, rank, frame)) return;
    dispatch({ type: 'node', ...arrival });
  }

  /** Takes a gradient where it lies, or a chunk of it by copy; true when its vector is whole. */
  #takeIn(peer: Peer, rank: number, frame: Frame): boolean {
    const { run, roads } = this.#options;
    const vector = roads.viewOf(peer, frame);
    if (!vector) return run.addChunk(frame.header, roads.copyOf(peer, frame));
    run.borrow(frame.header, vector, rank);
    return true;
  }
}

/** A report as a plain value: its defaults lie on a prototype, and its text is the peer's own. */
function healthOf({ shard, loss, count, squaredNorm, nonFinite, carried, moments }: ShardHealth): ShardHealth {
  const state = {
    ...(carried && carried.length > 0 && { carried: Uint8Array.from(carried) }),
    ...(moments && moments.length > 0 && { moments: Uint8Array.from(moments) }),
  };
  return { shard, loss, count, squaredNorm, nonFinite: printable(nonFinite), ...state };
}

function scoreOf({ shard, loss, count, correct, part }: ShardScore): ShardScore {
  return { shard, loss, count, correct, ...(part && part.length > 0 ? { part: Uint8Array.from(part) } : {}) };
}
