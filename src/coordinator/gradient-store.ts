// Gradients of the open step: vectors that are arriving, and tree nodes that are in.
import { childNodes, nodeKey, reduceTree, rootNode, type TreeNode } from '../collective/tree.js';
import { NumericalError, ProtocolError } from '../errors.js';
import { VectorAssembly, type CopyChunk } from '../protocol/chunks.js';
import type { FrameHeader } from '../protocol/frame.js';
import { Dequantiser } from '../protocol/quantise.js';
import type { WireDtype } from '../protocol/wire-dtype.js';
import { addIn, type GradientSum } from '../tensor/reduce.js';
import type { VectorArena } from '../tensor/vector-arena.js';

/** Vectors held at once, at most. */
export interface GradientPeak {
  /** Of all kinds. */
  readonly vectors: number;
  /** Not whole yet. */
  readonly arriving: number;
  /** Summed, or waiting for a sibling. */
  readonly nodes: number;
}

const noPeak: GradientPeak = { vectors: 0, arriving: 0, nodes: 0 };

interface Arriving {
  readonly key: string;
  readonly assembly: VectorAssembly;
}

interface HeldNode {
  readonly node: TreeNode;
  readonly vector: Float32Array;
}

export class GradientStore {
  readonly #size: number;
  readonly #root: TreeNode;
  readonly #numShards: number;
  readonly #arena: VectorArena;
  readonly #dequantiser: Dequantiser | undefined;
  /** By lease. */
  readonly #arriving = new Map<number, Arriving>();
  readonly #staged = new Map<string, Float32Array>();
  readonly #nodes = new Map<string, HeldNode>();
  /** Vectors that lie in a worker's own memory, by that worker's rank: they may be read and not written. */
  readonly #borrowed = new Map<Float32Array, number>();
  #peak = noPeak;

  /** Vectors of `size` values arrive as `wire`, come from `arena`, and go back there when they are dropped, replaced or summed. */
  constructor(size: number, numShards: number, arena: VectorArena, wire: WireDtype = 'f32') {
    this.#dequantiser = wire === 'f32' ? undefined : new Dequantiser(arena, wire);
    this.#size = size;
    this.#root = rootNode(numShards);
    this.#numShards = numShards;
    this.#arena = arena;
  }

  /** Takes a chunk in; true when its vector is whole. Of a lease one vector comes after the other: `CHUNK_OUT_OF_ORDER`. */
  add(header: FrameHeader, copy: CopyChunk): boolean {
    const lease = header.attempt;
    const key = stagedKey(lease, header);
    const { assembly, key: known } = this.#arriving.get(lease) ?? this.#begin(lease, key);
    if (known !== key) {
      const message = `A chunk of ${key} (lease:level/index) came before ${known} was whole. Send one tree node after the other.`;
      throw new ProtocolError('CHUNK_OUT_OF_ORDER', message);
    }
    const vector = assembly.add(header, copy);
    if (!vector) return false;
    this.#arriving.delete(lease);
    this.#staged.set(key, vector);
    return true;
  }

  /** Takes a whole vector that lies in the memory of worker `rank`, where it stands until `own` or the step's end. `CELL_INVALID`. */
  borrow(header: FrameHeader, vector: Float32Array, rank: number): void {
    if (this.#borrowed.has(vector)) {
      throw new ProtocolError('CELL_INVALID', 'Two gradients of an answer lie in one cell of shared memory.');
    }
    this.#borrowed.set(vector, rank);
    this.#staged.set(stagedKey(header.attempt, header), vector);
  }

  /** Copies what is borrowed of worker `rank`, which is about to write there again, or to leave. */
  own(rank: number): void {
    for (const [vector, lender] of this.#borrowed) {
      if (lender !== rank) continue;
      const copy = this.#arena.allocate(this.#size);
      copy.set(vector);
      for (const [key, staged] of this.#staged) if (staged === vector) this.#staged.set(key, copy);
      for (const [key, held] of this.#nodes)
        if (held.vector === vector) this.#nodes.set(key, { ...held, vector: copy });
      this.#borrowed.delete(vector);
    }
  }

  /** Gives back what a sum was made of. */
  giveBack(sum: GradientSum): void {
    for (const vector of new Set(Object.values(sum))) this.#release(vector);
  }

  #release(vector: Float32Array): void {
    if (!this.#borrowed.delete(vector)) this.#arena.free(vector);
  }

  /** Adds two vectors; the sum lies in `left` where that may be written. */
  #add(left: Float32Array, right: Float32Array): Float32Array {
    const target = this.#borrowed.has(left) ? this.#arena.allocate(this.#size) : left;
    addIn(this.#arena, target, left, right);
    if (target !== left) this.#release(left);
    this.#release(right);
    return target;
  }

  #begin(lease: number, key: string): Arriving {
    const arriving = { key, assembly: new VectorAssembly(this.#arena.allocate(this.#size), this.#dequantiser) };
    this.#arriving.set(lease, arriving);
    const { vectors, nodes, arriving: most } = this.#peak;
    const held = this.#arriving.size + this.#staged.size + this.#nodes.size - this.#borrowed.size;
    this.#peak = {
      vectors: Math.max(vectors, held),
      nodes: Math.max(nodes, this.#nodes.size),
      arriving: Math.max(most, this.#arriving.size),
    };
    return arriving;
  }

  /** The most that was held since this was asked last. */
  takePeak(): GradientPeak {
    const peak = this.#peak;
    this.#peak = noPeak;
    return peak;
  }

  keep(leaseId: number, node: TreeNode, replaced: readonly TreeNode[]): void {
    const key = stagedKey(leaseId, node);
    const vector = this.#staged.get(key);
    this.#staged.delete(key);
    if (replaced.length > 0) this.#freeInside(node);
    if (!vector) {
      throw new NumericalError(
        'GRADIENT_MISSING',
        `Tree node ${nodeKey(node)} of lease ${leaseId} was to be summed and is not here. The step was not applied; resume the run, and report this as a bug.`,
      );
    }
    this.#merge(node, vector);
  }

  /** Sums siblings as soon as both are in, the last sum excepted: what is held are the open nodes of the tree. */
  #merge(node: TreeNode, vector: Float32Array): void {
    let held: HeldNode = { node, vector };
    for (;;) {
      const parent = { level: held.node.level + 1, index: Math.floor(held.node.index / 2) };
      const [left, right] = (childNodes(parent) ?? []).map((child) =>
        nodeKey(child) === nodeKey(held.node) ? held : this.#nodes.get(nodeKey(child)),
      );
      if (!left || !right || parent.level >= this.#root.level) break;
      for (const child of [left, right]) this.#nodes.delete(nodeKey(child.node));
      held = { node: parent, vector: this.#add(left.vector, right.vector) };
    }
    this.#nodes.set(nodeKey(held.node), held);
  }

  /** What a larger node replaces, also where it is summed already: nodes are nested or apart. */
  #freeInside(outer: TreeNode): void {
    for (const [key, { node, vector }] of this.#nodes) {
      const steps = outer.level - node.level;
      if (steps < 0 || Math.floor(node.index / 2 ** steps) !== outer.index) continue;
      this.#nodes.delete(key);
      this.#release(vector);
    }
  }

  drop(leaseId: number, node: TreeNode): void {
    this.#free(this.#staged, stagedKey(leaseId, node));
  }

  /** Forgets what has arrived for a lease that ends unanswered. */
  dropLease(leaseId: number): void {
    const arriving = this.#arriving.get(leaseId);
    this.#arriving.delete(leaseId);
    if (arriving) this.#arena.free(arriving.assembly.vector);
    for (const key of this.#staged.keys()) if (key.startsWith(`${leaseId}:`)) this.#free(this.#staged, key);
  }

  /** True when nothing is held or arriving. */
  get isEmpty(): boolean {
    return this.#arriving.size + this.#staged.size + this.#nodes.size === 0;
  }

  /**
   * Sums all nodes along the tree and empties the store; undefined when nothing is in. The last sum is left to the pass that
   * takes the mean, and the caller gives it back.
   */
  reduce(): GradientSum | undefined {
    const root = this.#root;
    const children = this.#nodes.has(nodeKey(root)) ? undefined : childNodes(root);
    const [left, right] = (children ?? [root]).flatMap((node) => this.#sum(node) ?? []);
    this.#nodes.clear();
    if (!left) return undefined;
    const target = this.#borrowed.has(left) ? this.#arena.allocate(this.#size) : undefined;
    return { left, ...(right && { right }), ...(target && { target }) };
  }

  #sum(node: TreeNode): Float32Array | undefined {
    const held = (at: TreeNode): Float32Array | undefined => this.#nodes.get(nodeKey(at))?.vector;
    return reduceTree(node, this.#numShards, held, (left, right) => this.#add(left, right));
  }

  #free(vectors: Map<string, Float32Array>, key: string): void {
    const vector = vectors.get(key);
    if (vector) this.#release(vector);
    vectors.delete(key);
  }
}

function stagedKey(leaseId: number, node: TreeNode): string {
  return `${leaseId}:${nodeKey(node)}`;
}
