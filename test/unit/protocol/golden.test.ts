// The bytes of protocol version 1, fixed: encoders write exactly these, decoders read them back.
import { readFileSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { VectorAssembly, copyOf, encodeVector } from '../../../src/protocol/chunks.js';
import { decodeControl, encodeControl, type ControlDraft } from '../../../src/protocol/control.js';
import { messageBytes } from '../../../src/protocol/message.js';
import { decodeFrame, encodeCellHeader, encodeFrame, type FrameHeader } from '../../../src/protocol/frame.js';

const folder = new URL('../../fixtures/protocol/v1/', import.meta.url);
const { control, frames } = JSON.parse(readFileSync(new URL('messages.json', folder), 'utf8')) as {
  control: Record<string, object>;
  frames: Record<string, { header: FrameHeader; payload: string; cell?: number }>;
};

function golden(name: string): Uint8Array {
  return Buffer.from(readFileSync(new URL(`${name}.hex`, folder), 'utf8').replaceAll('\n', ''), 'hex');
}

/** `hex:` strings stand for bytes. */
function withBytes(body: object): object {
  return JSON.parse(JSON.stringify(body), (_, value: unknown) =>
    typeof value === 'string' && value.startsWith('hex:') ? Uint8Array.from(Buffer.from(value.slice(4), 'hex')) : value,
  ) as object;
}

/** The decoded value in the form of the wanted one: defaults are read too, though they lie on a prototype. */
function inFormOf(wanted: unknown, got: unknown): unknown {
  if (got instanceof Uint8Array) return Uint8Array.from(got);
  if (Array.isArray(wanted)) return (got as unknown[]).map((item, i) => inFormOf(wanted[i], item));
  if (typeof wanted !== 'object' || wanted === null) return got;
  const fields = got as Readonly<Record<string, unknown>>;
  return Object.fromEntries(Object.entries(wanted).map(([key, item]) => [key, inFormOf(item, fields[key])]));
}

describe('control messages of version 1', () => {
  it.each(Object.keys(control))('%s has its golden bytes', (kind) => {
    const body = withBytes(control[kind] ?? {});
    // A zero is proto3's default: it is not on the wire, and a decoded message answers it all the same.
    expect(Buffer.from(encodeControl({ [kind]: body } as ControlDraft)).toString('hex')).toBe(
      Buffer.from(golden(`control-${kind}`)).toString('hex'),
    );
    const decoded = decodeControl(golden(`control-${kind}`));
    expect(decoded.kind).toBe(kind);
    expect(inFormOf(body, decoded.body)).toEqual(body);
  });

  it('answer every field that is not on the wire with its default', () => {
    const { kind, body } = decodeControl(encodeControl({ shardReports: { reports: [{}] } }));
    expect(kind).toBe('shardReports');
    expect(body).toMatchObject({ leaseId: 0, step: 0, computeMs: 0 });
    const report = (body as { reports: { shard: number; loss: number; nonFinite: string }[] }).reports[0];
    expect([report?.shard, report?.loss, report?.nonFinite]).toEqual([0, 0, '']);
  });

  it('leave out fields that a later minor version adds', () => {
    // Field 100 of Heartbeat, a varint: tag a0 06, value 01.
    const bytes = Uint8Array.from([...Buffer.from('BCTL'), 0x22, 0x03, 0xa0, 0x06, 0x01]);
    expect(decodeControl(bytes).kind).toBe('heartbeat');
  });
});

describe('tensor frames of version 1', () => {
  it.each(Object.keys(frames))('%s has its golden bytes', (name) => {
    const frame = frames[name];
    if (!frame) throw new Error(name);
    const payload = Buffer.from(frame.payload, 'hex');
    const bytes = golden(`frame-${name}`);
    const encoded =
      frame.cell === undefined
        ? encodeFrame(frame.header, payload, crc32)
        : [encodeCellHeader(frame.header, frame.cell)];
    expect(Buffer.concat(encoded).toString('hex')).toBe(Buffer.from(bytes).toString('hex'));
    const decoded = decodeFrame([bytes], crc32);
    expect(decoded.header).toEqual(frame.header);
    expect(Buffer.concat(decoded.payload).toString('hex')).toBe(frame.payload);
    expect(decoded.cell).toBe(frame.cell);
  });

  it('put a vector together from chunks in order, bit for bit', () => {
    const vector = Float32Array.of(1, -0, NaN, 1e-45, 3e38, -7);
    const header = { kind: 'weights', generation: 1, step: 2, attempt: 0, level: 0, index: 0 } as const;
    const chunks = [...encodeVector({ ...header, runId: '00000000000000ff' }, vector, 19, crc32)]; // 4 values a chunk
    expect(chunks.map(messageBytes)).toEqual([64 + 16, 64 + 8]);
    const assembly = new VectorAssembly(new Float32Array(6));
    const results = chunks.map((message) => {
      const frame = decodeFrame(message, crc32);
      return assembly.add(frame.header, copyOf(frame.payload));
    });
    expect(results[0]).toBeUndefined();
    expect(new Uint8Array(results[1]?.buffer ?? new ArrayBuffer(0))).toEqual(new Uint8Array(vector.buffer));
  });
});
