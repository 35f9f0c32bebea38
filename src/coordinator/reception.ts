// Who joins a run: rules from the run, ranks, the welcome, and those who have broken the contract too often.
import { ProtocolError } from '../errors.js';
import { isOwnModel } from '../params/own-model-spec.js';
import { needsTfjs } from '../params/model-spec.js';
import { Role, type ControlBodies } from '../protocol/control.js';
import { defaultLimits } from '../protocol/limits.js';
import { protocolVersion } from '../protocol/version.js';
import { checkHello } from './greeting.js';
import type { Peer } from './peer.js';
import type { TrainingRun, TrainingRunOptions } from './training-run.js';

/** An observer gets the welcome and nothing else: no need to stay. */
const observerMs = 30_000;
/** A worker that has broken the contract so often is not let in again. */
const maxBreaches = 3;

type Hello = ControlBodies['hello'];

export interface ReceptionOptions extends TrainingRunOptions {
  readonly bridleVersion: string;
  /** HOST:PORT that other machines are told, where that is not what it listens on. */
  readonly advertised?: string;
}

export class Reception {
  readonly #options: ReceptionOptions;
  readonly #run: TrainingRun;
  /** Breaches of the contract, by name and host of the worker. */
  readonly #breaches = new Map<string, number>();
  #nextRank = 0;

  constructor(options: ReceptionOptions, run: TrainingRun) {
    this.#options = options;
    this.#run = run;
  }

  /** Counts a breach against whoever comes from there under that name. */
  noteBreach({ identity }: Peer): void {
    this.#breaches.set(identity, (this.#breaches.get(identity) ?? 0) + 1);
  }

  /** Welcomes a peer, or throws the ProtocolError that it is refused with. The first worker fixes the kernel id of the run. */
  welcome(peer: Peer, hello: Hello): void {
    peer.protocolMinor = this.#check(hello);
    peer.identity = `${hello.name}@${hello.host}`;
    if ((this.#breaches.get(peer.identity) ?? 0) >= maxBreaches) {
      const message = `The worker has broken the protocol ${maxBreaches} times in this run. See the coordinator's log.`;
      throw new ProtocolError('QUARANTINED', message);
    }
    peer.rank = this.#nextRank;
    this.#nextRank += 1;
    peer.isObserver = hello.role !== Role.ROLE_WORKER;
    peer.name = hello.name || `rank-${peer.rank}`;
    peer.feed.hold(hello.heldBlocks.map((name) => Buffer.from(name).toString('hex')));
    if (!peer.isObserver) this.#run.kernelId ??= hello.kernelId;
    this.#sendWelcome(peer, peer.rank);
    if (peer.isObserver) setTimeout(() => peer.close('GOODBYE', 'an observer has seen it all'), observerMs).unref();
  }

  #check(hello: Hello): number {
    const { training, plan } = this.#options;
    return checkHello(hello, {
      kernelId: this.#run.kernelId,
      backend: training.backend,
      execution: training.execution,
      allowMixedKernels: training.allowMixedKernels,
      wire: training.wire ?? 'f32',
      needsTfjs: !isOwnModel(plan.model) && needsTfjs(plan.model),
      collects: plan.maxCollectives > 0,
    });
  }

  #sendWelcome(peer: Peer, rank: number): void {
    const { runId, generation, bridleVersion, plan, advertised = '' } = this.#options;
    const { heartbeatMs, heartbeatTimeoutMs, maxChunkBytes } = defaultLimits;
    peer.send({
      welcome: {
        protocolMajor: protocolVersion.major,
        protocolMinor: peer.protocolMinor,
        bridleVersion,
        runId,
        generation,
        rank,
        runSpec: JSON.stringify(plan.spec),
        heartbeatMs,
        heartbeatTimeoutMs,
        maxChunkBytes,
        kernelId: this.#run.kernelId ?? '',
        advertised,
      },
    });
  }
}
