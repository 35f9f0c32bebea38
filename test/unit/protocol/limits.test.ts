// Every limit of the wire at its default, and what a hostile message costs.
import { crc32 } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { ProtocolError } from '../../../src/errors.js';
import { VectorAssembly } from '../../../src/protocol/chunks.js';
import { decodeControl, encodeControl, isControl } from '../../../src/protocol/control.js';
import { joinMessage, type Message } from '../../../src/protocol/message.js';
import { decodeFrame, encodeFrame, headerBytes, isFrame, type FrameHeader } from '../../../src/protocol/frame.js';
import { defaultLimits } from '../../../src/protocol/limits.js';
import { parseRunSpec, type RunSpec } from '../../../src/protocol/run-spec.js';
import { bridleVersion, negotiateMinor, protocolVersion } from '../../../src/protocol/version.js';
import manifest from '../../../package.json' with { type: 'json' };

const magic = [0x42, 0x43, 0x54, 0x4c];

/** The code of the ProtocolError that `run` throws; anything else fails the test. */
function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof ProtocolError) return error.code;
    throw error;
  }
  return 'none';
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return [...bytes, rest];
    bytes.push((rest % 128) + 128);
  }
}

/** An envelope with `body` as its message in field `field`. */
function envelope(field: number, body: Uint8Array): Uint8Array {
  return Buffer.concat([Uint8Array.from([...magic, 8 * field + 2, ...varint(body.length)]), body]);
}

describe('the limits of control messages', () => {
  it('are the ones that docs/protocol.md states', () => {
    expect(defaultLimits).toEqual({
      maxControlBytes: 1_048_576,
      maxControlFields: 65_536,
      maxChunkBytes: 1_048_576,
      maxTensorValues: 536_870_912,
      maxShards: 4096,
      maxRunSpecBytes: 65_536,
      maxHeldBlocks: 8192,
      maxNameBytes: 256,
      maxProbes: 64,
      maxProbeBytes: 524_288,
      maxAllProbeBytes: 8_388_608,
      handshakeTimeoutMs: 5000,
      maxConnections: 2048,
      heartbeatMs: 1000,
      heartbeatTimeoutMs: 3000,
      stallTimeoutMs: 30_000,
    });
  });

  it('let a message of exactly 1 MiB through, and not one byte more', () => {
    const reason = (length: number): Uint8Array => encodeControl({ goodbye: { reason: 'x'.repeat(length) } });
    const overhead = reason(200_000).length - 200_000;
    expect(decodeControl(reason(defaultLimits.maxControlBytes - overhead)).kind).toBe('goodbye');
    expect(codeOf(() => decodeControl(reason(defaultLimits.maxControlBytes - overhead + 1)))).toBe('CONTROL_TOO_LARGE');
  });

  it('let 65,536 fields through, and not one more', () => {
    const emptyShards = (count: number): Uint8Array =>
      envelope(
        5,
        Uint8Array.from({ length: 2 * count }, (_, i) => (i % 2 === 0 ? 0x32 : 0)),
      );
    const most = defaultLimits.maxControlFields - 1; // the lease itself is a field of the envelope
    expect(decodeControl(emptyShards(most)).kind).toBe('lease');
    expect(codeOf(() => decodeControl(emptyShards(most + 1)))).toBe('CONTROL_TOO_LARGE');
  });

  it('refuse 1 MB of empty sub-messages before anything is built of it', () => {
    const bomb = Buffer.alloc(1_000_000, Uint8Array.from([0x2a, 0]));
    const before = process.memoryUsage().heapUsed;
    const startedAt = performance.now();
    for (let i = 0; i < 20; i += 1) {
      expect(codeOf(() => decodeControl(Buffer.concat([Uint8Array.from(magic), bomb])))).toBe('CONTROL_TOO_LARGE');
      // All of it lies within the limit of bytes: the limit of fields has to hold.
      expect(codeOf(() => decodeControl(envelope(5, bomb)))).toBe('CONTROL_TOO_LARGE');
    }
    expect(performance.now() - startedAt).toBeLessThan(2000);
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(64 * 1024 * 1024);
  });

  it.each([
    ['nothing', []],
    ['three bytes', [0x42, 0x43, 0x54]],
    ['another magic', [0x42, 0x43, 0x54, 0x4d, 0x22, 0]],
    ['no body', magic],
    ['a body of a later version', [...magic, 0x7a, 0]],
    ['a group, which proto3 has not', [...magic, 0x23, 0x24]],
    ['a field that is cut off', [...magic, 0x22, 5, 8]],
    ['a length that is cut off', [...magic, 0x22, 0x80]],
    ['a length beyond all bounds', [...magic, 0x22, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1]],
    ['a number of eleven bytes', [...magic, 0x20, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 1]],
    ['a body that is a number', [...magic, 0x20, 1]],
    ['field number 0', [...magic, 0x02, 0]],
  ])('refuse %s', (_name, bytes) => {
    expect(codeOf(() => decodeControl(Uint8Array.from(bytes)))).toBe('CONTROL_INVALID');
  });

  it('tell control messages and frames apart by four bytes', () => {
    expect(isControl(Uint8Array.from(magic))).toBe(true);
    expect(isFrame([Uint8Array.from(magic)])).toBe(false);
    expect(isFrame([Buffer.from('BRDL')])).toBe(true);
    expect(isControl(new Uint8Array(0)) || isFrame([])).toBe(false);
  });
});

const header: FrameHeader = {
  kind: 'gradient',
  dtype: 'f32',
  generation: 1,
  step: 2,
  attempt: 3,
  level: 1,
  index: 0,
  chunk: 0,
  offset: 0,
  count: 2,
  total: 2,
  runId: '0123456789abcdef',
};
const payload = new Uint8Array(8);

/** A good frame with some bytes of its header replaced. */
function altered(at: number, ...bytes: number[]): Uint8Array {
  const frame = joinMessage(encodeFrame(header, payload, crc32));
  frame.set(bytes, at);
  return frame;
}

describe('the limits of tensor frames', () => {
  it.each<[string, Uint8Array, string]>([
    ['nothing', new Uint8Array(0), 'FRAME_INVALID'],
    ['a header without its last byte', altered(0, 0x42).subarray(0, headerBytes - 1), 'FRAME_INVALID'],
    ['a payload without its last byte', altered(0, 0x42).subarray(0, headerBytes + 7), 'FRAME_INVALID'],
    ['a byte too many', Buffer.concat([altered(0, 0x42), Uint8Array.of(0)]), 'FRAME_INVALID'],
    ['another magic', altered(0, 0x43), 'FRAME_INVALID'],
    ['another version', altered(4, 2), 'FRAME_INVALID'],
    ['kind 0', altered(5, 0), 'FRAME_INVALID'],
    ['a reserved kind', altered(5, 16), 'FRAME_INVALID'],
    ['a reserved dtype', altered(6, 3), 'FRAME_INVALID'],
    ['flags', altered(7, 1), 'FRAME_INVALID'],
    ['an offset beyond the tensor', altered(32, 1), 'FRAME_INVALID'],
    ['an offset of 2^63', altered(39, 128), 'FRAME_INVALID'],
    ['a tensor smaller than its chunk', altered(40, 1), 'FRAME_INVALID'],
    ['a tensor of 2^29 + 2 values', altered(40, 2, 0, 0, 32), 'FRAME_INVALID'],
    ['another count', altered(48, 1), 'FRAME_INVALID'],
    ['another checksum', altered(52, 1), 'FRAME_CORRUPT'],
    ['a flipped bit of the payload', altered(64, 1), 'FRAME_CORRUPT'],
  ])('refuse %s', (_name, bytes, code) => {
    expect(codeOf(() => decodeFrame([bytes], crc32))).toBe(code);
  });

  it('let a payload of exactly 1 MiB through, and not one value more', () => {
    const frame = (values: number): Message =>
      encodeFrame({ ...header, count: values, total: values }, new Uint8Array(4 * values), crc32);
    const most = defaultLimits.maxChunkBytes / 4;
    expect(decodeFrame(frame(most), crc32).header.count).toBe(most);
    expect(codeOf(() => decodeFrame(frame(most + 1), crc32))).toBe('FRAME_INVALID');
  });

  it('let a tensor of 512 Mi values through, and not one more', () => {
    const most = defaultLimits.maxTensorValues;
    const frame = (total: number): Message => encodeFrame({ ...header, total }, payload, crc32);
    expect(decodeFrame(frame(most), crc32).header.total).toBe(most);
    expect(codeOf(() => decodeFrame(frame(most + 1), crc32))).toBe('FRAME_INVALID');
  });
});

describe('a vector that arrives', () => {
  const total = 6;
  const chunk = (chunkNumber: number, offset: number, count: number): Parameters<VectorAssembly['add']> => [
    { ...header, chunk: chunkNumber, offset, count, total },
    () => undefined,
  ];

  it.each<[string, Parameters<VectorAssembly['add']>]>([
    ['a gap', chunk(1, 3, 2)],
    ['a repetition', chunk(0, 0, 2)],
    ['another chunk number', chunk(2, 2, 2)],
    ['an empty chunk', chunk(1, 2, 0)],
    ['another size', [{ ...chunk(1, 2, 2)[0], total: 7 }, () => undefined]],
    ['bytes', [{ ...chunk(1, 2, 2)[0], dtype: 'bytes' }, () => undefined]],
  ])('refuses %s', (_name, second) => {
    const assembly = new VectorAssembly(new Float32Array(total));
    assembly.add(...chunk(0, 0, 2));
    expect(codeOf(() => assembly.add(...second))).toBe('CHUNK_OUT_OF_ORDER');
  });
});

const spec: RunSpec = {
  model: {
    cell: 'lstm',
    layers: 1,
    inputs: 'dense',
    inputSize: 2,
    hiddenSize: 4,
    outputSize: 1,
    loss: 'squared-error',
    targetsPer: 'sequence',
  },
  data: {
    name: 'adding',
    inputs: { kind: 'dense', dtype: 'f32', features: 2, scale: 1 },
    targets: { kind: 'value', size: 1, per: 'sequence' },
    maxLength: 50,
  },
  parameters: 117,
  shards: 8,
  rows: 8,
  seed: 42,
  wire: 'f32',
};

describe('the run spec', () => {
  it('is read as it was written, without keys that this version does not know', () => {
    expect(parseRunSpec(JSON.stringify({ ...spec, later: true }))).toEqual(spec);
  });

  it.each<[string, string]>([
    ['what is not JSON', '{'],
    ['null', 'null'],
    ['an array', '[]'],
    ['nesting without end', '['.repeat(60_000)],
    ['another cell', JSON.stringify({ ...spec, model: { ...spec.model, cell: 'elman' } })],
    ['no shards', JSON.stringify({ ...spec, shards: 0 })],
    ['4,097 shards', JSON.stringify({ ...spec, shards: 4097 })],
    ['more parameters than a tensor holds', JSON.stringify({ ...spec, parameters: 536_870_913 })],
    ['half a row', JSON.stringify({ ...spec, rows: 0.5 })],
    ['a scale that is not finite', JSON.stringify(spec).replace('"scale":1', '"scale":1e999')],
    ['more than 64 KiB', JSON.stringify({ ...spec, padding: 'x'.repeat(65_536) })],
  ])('refuses %s', (_name, json) => {
    expect(codeOf(() => parseRunSpec(json))).toBe('RUN_SPEC_INVALID');
  });
});

describe('the version', () => {
  it('is spoken at the lower minor of the two, and refused at another major', () => {
    expect(negotiateMinor({ major: protocolVersion.major, minor: 0 })).toBe(0);
    expect(negotiateMinor({ major: protocolVersion.major, minor: 99 })).toBe(protocolVersion.minor);
    expect(codeOf(() => negotiateMinor({ major: 2, minor: 0 }))).toBe('VERSION_MISMATCH');
    expect(() => negotiateMinor({ major: 2, minor: 7 })).toThrow(/protocol 1\.3, the worker 2\.7/);
  });

  it('of the package is the one in package.json', () => {
    expect(bridleVersion).toBe(manifest.version);
  });
});
