// A worker for a bridle run, written from docs/protocol.md alone: plain JavaScript and the package ws, nothing of bridle.
// Usage: [BRIDLE_TOKEN=...] node foreign-worker.mjs ws://HOST:PORT; prints JSON lines, ends with the run.
import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { WebSocket } from 'ws';
import { runShard } from './foreign-model.mjs';

// ---- protobuf, by hand

function varint(value) {
  const bytes = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return Buffer.from([...bytes, rest]);
}
const number = (field, value) => Buffer.concat([varint(8 * field), varint(value)]);
const bytes = (field, value) => Buffer.concat([varint(8 * field + 2), varint(value.length), value]);
const text = (field, value) => bytes(field, Buffer.from(value));
function double(field, value) {
  const buffer = Buffer.alloc(8);
  buffer.writeDoubleLE(value);
  return Buffer.concat([varint(8 * field + 1), buffer]);
}
const message = (field, ...parts) => Buffer.concat([Buffer.from('BCTL'), bytes(field, Buffer.concat(parts))]);

function readVarint(buffer, start) {
  let value = 0;
  for (let at = start, factor = 1; ; at += 1, factor *= 128) {
    value += (buffer[at] & 127) * factor;
    if (buffer[at] < 128) return { value, next: at + 1 };
  }
}

/** Field number -> values in order; a value is a number, or the bytes of what has a length. */
function readFields(buffer) {
  const fields = new Map();
  for (let at = 0; at < buffer.length;) {
    const tag = readVarint(buffer, at);
    const field = Math.floor(tag.value / 8);
    let value;
    if (tag.value % 8 === 0) ({ value, next: at } = readVarint(buffer, tag.next));
    else if (tag.value % 8 === 2) {
      const length = readVarint(buffer, tag.next);
      at = length.next + length.value;
      value = buffer.subarray(length.next, at);
    } else at = tag.next + (tag.value % 8 === 1 ? 8 : 4);
    fields.set(field, [...(fields.get(field) ?? []), value]);
  }
  return {
    number: (field) => fields.get(field)?.at(-1) ?? 0,
    text: (field) => fields.get(field)?.at(-1)?.toString() ?? '',
    all: (field) => fields.get(field) ?? [],
    /** Repeated numbers, packed or not. */
    numbers: (field) =>
      (fields.get(field) ?? []).flatMap((value) => {
        if (typeof value === 'number') return value;
        const values = [];
        for (let at = 0; at < value.length;) {
          const one = readVarint(value, at);
          values.push(one.value);
          at = one.next;
        }
        return values;
      }),
  };
}

// ---- tensor frames

const kinds = { gradient: 1, weights: 2, block: 3 };

function writeFrame(run, { step, lease, level, index, chunk, offset, total }, values) {
  const payload = Buffer.from(values.buffer, values.byteOffset, values.byteLength);
  const header = Buffer.alloc(64);
  header.write('BRDL', 'latin1');
  header.set([1, kinds.gradient, 1, 0], 4);
  [run.generation, step, lease, level, index, chunk].forEach((value, i) => header.writeUInt32LE(value, 8 + 4 * i));
  header.writeBigUInt64LE(BigInt(offset), 32);
  header.writeBigUInt64LE(BigInt(total), 40);
  header.writeUInt32LE(values.length, 48);
  header.writeUInt32LE(crc32(payload), 52);
  header.write(run.id, 56, 'hex');
  return Buffer.concat([header, payload]);
}

function readFrame(buffer) {
  const payload = buffer.subarray(64);
  if (buffer[4] !== 1 || crc32(payload) !== buffer.readUInt32LE(52)) throw new Error('a damaged frame came');
  return {
    kind: buffer[5],
    generation: buffer.readUInt32LE(8),
    step: buffer.readUInt32LE(12),
    offset: Number(buffer.readBigUInt64LE(32)),
    total: Number(buffer.readBigUInt64LE(40)),
    runId: buffer.toString('hex', 56, 64),
    payload,
  };
}

const floats = (buffer) => new Float32Array(Uint8Array.from(buffer).buffer);

// ---- blocks: MessagePack, as much of it as blocks use

function readBlock(buffer) {
  let at = 3; // map 16 and its count
  const length = (size) => {
    const value = buffer.readUIntBE(at, size);
    at += size;
    return value;
  };
  const take = (size) => buffer.subarray(at, (at += size));
  const value = () => {
    const opcode = length(1);
    if (opcode < 0x80) return opcode;
    if (opcode >= 0xa0 && opcode < 0xc0) return take(opcode - 0xa0).toString();
    if (opcode >= 0xc4 && opcode <= 0xc6) return take(length(1 << (opcode - 0xc4)));
    if (opcode >= 0xcc && opcode <= 0xce) return length(1 << (opcode - 0xcc));
    throw new Error(`opcode ${opcode} in a block`);
  };
  const block = {};
  for (let entries = buffer.readUInt16BE(1); entries > 0; entries -= 1) block[value()] = value();
  const lengths = new Int32Array(Uint8Array.from(block.lengths).buffer);
  const starts = [0];
  for (const each of lengths) starts.push(starts.at(-1) + each);
  return { ...block, lengths, starts };
}

/** One example of a block: its inputs (a vector or an id for each step) and its targets. */
function readExample({ data }, block, row) {
  const [start, end] = [block.starts[row], block.starts[row + 1]];
  const steps = Array.from({ length: end - start }, (_, t) => start + t);
  const { inputs, targets } = data;
  const column = (source, kind, i) =>
    kind === 'u8' ? source[i] : kind === 'u16' ? source.readUInt16LE(2 * i) : source.readFloatLE(4 * i);
  const input = (step) => {
    if (inputs.kind === 'ids') return column(block.inputs, 'u16', step);
    const { features, dtype, scale } = inputs;
    return Float64Array.from({ length: features }, (_, i) =>
      Math.fround(column(block.inputs, dtype, step * features + i) * scale),
    );
  };
  const target = (place) => {
    if (targets.kind === 'class') return column(block.targets, 'u16', place);
    return Float64Array.from({ length: targets.size }, (_, i) =>
      column(block.targets, 'f32', place * targets.size + i),
    );
  };
  return { inputs: steps.map(input), targets: targets.per === 'step' ? steps.map(target) : [target(row)] };
}

// ---- the reduction tree

const rangeOf = (level, index, V) => [Math.min(index * 2 ** level, V), Math.min((index + 1) * 2 ** level, V)];

function coverOf(held, V, level, index) {
  const [first, end] = rangeOf(level, index, V);
  const count = Array.from({ length: end - first }, (_, i) => first + i).filter((shard) => held.has(shard)).length;
  if (count === 0) return [];
  if (count === end - first) return [{ level, index }];
  return [...coverOf(held, V, level - 1, 2 * index), ...coverOf(held, V, level - 1, 2 * index + 1)];
}

function sumNode(grads, V, level, index) {
  const [first, end] = rangeOf(level, index, V);
  if (first >= end) return undefined;
  if (level === 0) return grads.get(index);
  const [left, right] = [0, 1].map((child) => sumNode(grads, V, level - 1, 2 * index + child));
  return right ? left.map((value, i) => Math.fround(value + right[i])) : left;
}

// ---- the conversation

const say = (event) => console.log(JSON.stringify(event));
const token = process.env.BRIDLE_TOKEN;
const socket = new WebSocket(`${process.argv[2]}/bridle/v1`, {
  perMessageDeflate: false,
  ...(token && { headers: { authorization: `Bearer ${token}` } }),
});
const blocks = new Map();
const run = { id: '', generation: 0, spec: undefined, weights: undefined, weightsStep: -1 };
let lease;
let isComputing = false;

socket.on('open', () => {
  socket.send(
    message(
      1,
      number(1, 1),
      text(3, 'foreign'),
      text(4, 'foreign/1'),
      text(6, 'foreign'),
      number(7, process.pid),
      text(8, 'elsewhere'),
    ),
  );
});
socket.on('error', (error) => say({ event: 'error', message: error.message }));
socket.on('close', (code, reason) => {
  say({ event: 'closed', code, reason: reason.toString() });
  process.exit(process.exitCode ?? 1);
});
socket.on('message', (/** @type {Buffer} */ data) => {
  if (data.toString('latin1', 0, 4) === 'BRDL') onFrame(readFrame(data));
  else
    for (const [field, handle] of Object.entries(handlers))
      for (const body of readFields(data.subarray(4)).all(Number(field))) handle(readFields(body));
  void compute();
});

const handlers = {
  2: (welcome) => {
    Object.assign(run, {
      id: welcome.text(4),
      generation: welcome.number(5),
      spec: JSON.parse(welcome.text(7)),
      chunkBytes: welcome.number(10),
    });
    setInterval(() => socket.send(message(4)), welcome.number(8)).unref();
    say({ event: 'joined', rank: welcome.number(6) });
  },
  3: (reject) => say({ event: 'rejected', code: reject.text(1), message: reject.text(2) }),
  5: (body) => {
    lease = {
      id: body.number(1),
      step: body.number(2),
      isTraining: body.number(3) === 0,
      names: body.all(7).map((name) => name.toString('hex')),
    };
    lease.shards = body.all(6).map((work) => {
      const fields = readFields(work);
      return { shard: fields.number(1), ids: fields.numbers(2), blockIndexes: fields.numbers(3) };
    });
    const missing = lease.names.filter((name) => !blocks.has(name));
    if (missing.length > 0) socket.send(message(8, ...missing.map((name) => bytes(1, Buffer.from(name, 'hex')))));
  },
  6: (revoke) => {
    if (lease?.id === revoke.number(1)) lease = undefined;
  },
  12: (stop) => {
    say({ event: 'stopped', code: stop.text(1) });
    process.exitCode = stop.text(1) === 'DONE' ? 0 : 1;
    socket.close();
  },
};

function onFrame({ kind, generation, step, offset, total, runId, payload }) {
  if (runId !== run.id || generation !== run.generation) return;
  if (kind === kinds.block)
    blocks.set(createHash('sha256').update(payload).digest('hex').slice(0, 32), readBlock(Buffer.from(payload)));
  if (kind !== kinds.weights) return;
  if (offset === 0) Object.assign(run, { arriving: new Float32Array(total), weightsStep: -1 });
  const values = floats(payload);
  run.arriving.set(values, offset);
  if (offset + values.length === total) Object.assign(run, { weights: run.arriving, weightsStep: step });
}

/** Computes the lease when its weights and blocks are here; heartbeats go out between shards. */
async function compute() {
  const current = lease;
  if (isComputing || !current || current.step !== run.weightsStep || current.names.some((name) => !blocks.has(name)))
    return;
  isComputing = true;
  const { spec, weights } = run;
  const startedAt = performance.now();
  const results = [];
  for (const { shard, ids, blockIndexes } of current.shards) {
    const examples = ids.map((id, position) => {
      const block = blocks.get(current.names[blockIndexes[position]]);
      return readExample(spec, block, id - block.first);
    });
    const grad = current.isTraining ? new Float64Array(spec.parameters) : undefined;
    results.push({ shard, ...runShard(spec, weights, examples, grad), grad: grad && Float32Array.from(grad) });
    await new Promise((resolve) => setImmediate(resolve));
  }
  isComputing = false;
  if (lease !== current) return void compute();
  lease = undefined;
  answer(current, results, performance.now() - startedAt);
}

function answer({ id, step, isTraining }, results, computeMs) {
  const ms = Buffer.alloc(4);
  ms.writeFloatLE(computeMs);
  const end = Buffer.concat([varint(8 * 4 + 5), ms]);
  const reports = results.map(({ shard, loss, count, correct, grad }) => {
    const health = grad
      ? double(
          4,
          grad.reduce((sum, value) => sum + value * value, 0),
        )
      : number(4, correct);
    return bytes(3, Buffer.concat([number(1, shard), double(2, loss), number(3, count), health]));
  });
  socket.send(message(isTraining ? 7 : 11, number(1, id), number(2, step), ...reports, end));
  if (!isTraining) return;
  const V = run.spec.shards;
  const grads = new Map(results.map(({ shard, grad }) => [shard, grad]));
  let root = 0;
  while (2 ** root < V) root += 1;
  for (const { level, index } of coverOf(new Set(grads.keys()), V, root, 0)) {
    const sum = sumNode(grads, V, level, index);
    const perChunk = run.chunkBytes / 4;
    for (let offset = 0, chunk = 0; offset < sum.length; offset += perChunk, chunk += 1) {
      const header = { step, lease: id, level, index, chunk, offset, total: sum.length };
      socket.send(writeFrame(run, header, sum.subarray(offset, offset + perChunk)));
    }
  }
}
