// Makes .npy and .npz bytes for tests, good and bad: numpy would refuse to write most of these.
import { crc32, deflateRawSync } from 'node:zlib';

export interface NpyHeader {
  readonly descr?: string;
  readonly shape?: string;
  readonly order?: string;
  readonly version?: number;
  /** Says another length of the header than it has. */
  readonly headerBytes?: number;
}

export function npy(data: ArrayBufferView, header: NpyHeader = {}): Buffer {
  const { descr = '<f4', shape = '(2, 3)', order = 'False', version = 1 } = header;
  const text = Buffer.from(`{'descr': '${descr}', 'fortran_order': ${order}, 'shape': ${shape}, }\n`);
  const size = Buffer.alloc(version === 1 ? 2 : 4);
  size.writeUIntLE(header.headerBytes ?? text.length, 0, size.length);
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  return Buffer.concat([Buffer.from([0x93]), Buffer.from('NUMPY'), Buffer.from([version, 0]), size, text, bytes]);
}

/** A zip archive of entries; `claim` is the uncompressed size that the directory says, if another than the true one. */
export function zip(entries: Readonly<Record<string, Buffer>>, isDeflated = false, claim?: number): Buffer {
  const files: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, content] of Object.entries(entries)) {
    const packed = isDeflated ? deflateRawSync(content) : content;
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(20, 0);
    fields.writeUInt16LE(isDeflated ? 8 : 0, 4);
    fields.writeUInt32LE(crc32(content), 10);
    fields.writeUInt32LE(packed.length, 14);
    fields.writeUInt32LE(claim ?? content.length, 18);
    fields.writeUInt16LE(name.length, 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), fields, Buffer.from(name), packed]);
    const place = Buffer.alloc(14);
    place.writeUInt32LE(offset, 10);
    directory.push(Buffer.concat([Buffer.from('PK\x01\x02'), Buffer.from([20, 0]), fields, place, Buffer.from(name)]));
    files.push(local);
    offset += local.length;
  }
  const size = directory.reduce((sum, { length }) => sum + length, 0);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(directory.length, 4);
  end.writeUInt16LE(directory.length, 6);
  end.writeUInt32LE(size, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...files, ...directory, Buffer.from('PK\x05\x06'), end]);
}
