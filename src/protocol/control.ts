// Control messages: bytes in, values out. The generated code is only ever met here.
import { ProtocolError } from '../errors.js';
import { bridle } from './generated/control.js';
import { defaultLimits, type ProtocolLimits } from './limits.js';

const v1 = bridle.v1;

/** The body of each control message, by its name in the envelope (proto/bridle/v1/control.proto). */
export interface ControlBodies {
  hello: bridle.v1.Hello;
  welcome: bridle.v1.Welcome;
  reject: bridle.v1.Reject;
  heartbeat: bridle.v1.Heartbeat;
  lease: bridle.v1.Lease;
  revoke: bridle.v1.Revoke;
  clearToSend: bridle.v1.ClearToSend;
  shardReports: bridle.v1.ShardReports;
  needBlocks: bridle.v1.NeedBlocks;
  droppedBlocks: bridle.v1.DroppedBlocks;
  goodbye: bridle.v1.Goodbye;
  evaluationReports: bridle.v1.EvaluationReports;
  stop: bridle.v1.Stop;
  sharedMemory: bridle.v1.SharedMemory;
  sharedMemoryTaken: bridle.v1.SharedMemoryTaken;
  probe: bridle.v1.Probe;
  probeAnswer: bridle.v1.ProbeAnswer;
}
export type ControlKind = keyof ControlBodies;
/** A decoded message, told apart by `kind`. */
export type ControlMessage = { [K in ControlKind]: { readonly kind: K; readonly body: ControlBodies[K] } }[ControlKind];
/** A message to send: absent fields take their protobuf defaults. */
export type ControlDraft = bridle.v1.Envelope.$Properties;

export const Role = v1.Role;
export const Purpose = v1.Purpose;

const magic = [0x42, 0x43, 0x54, 0x4c] as const; // "BCTL"

/** Encodes one control message, magic bytes first. What no receiver would take is a ProtocolError here. */
export function encodeControl(draft: ControlDraft): Uint8Array {
  const body = v1.Envelope.encode(draft).finish();
  const size = magic.length + body.length;
  if (size > defaultLimits.maxControlBytes) {
    throw new ProtocolError(
      'CONTROL_TOO_LARGE',
      `A message of ${size} bytes (${Object.keys(draft).join()}) is larger than ${defaultLimits.maxControlBytes}. Lower --global-batch.`,
    );
  }
  const bytes = new Uint8Array(size);
  bytes.set(magic);
  bytes.set(body, magic.length);
  return bytes;
}

/** Tells whether a WebSocket message is a control message, by its first four bytes. */
export function isControl(bytes: Uint8Array): boolean {
  return magic.every((byte, index) => bytes[index] === byte);
}

/** Decodes one control message; anything else is a ProtocolError. */
export function decodeControl(bytes: Uint8Array, limits: ProtocolLimits = defaultLimits): ControlMessage {
  if (bytes.length > limits.maxControlBytes) {
    throw new ProtocolError(
      'CONTROL_TOO_LARGE',
      `A control message of ${bytes.length} bytes came, at most ${limits.maxControlBytes} are allowed.`,
    );
  }
  if (!isControl(bytes))
    throw new ProtocolError('CONTROL_INVALID', 'A message came that starts with neither BCTL nor BRDL.');
  const body = bytes.subarray(magic.length);
  countFields(body, limits.maxControlFields);
  const envelope = decodeEnvelope(body);
  const kind = envelope.message;
  if (kind === undefined) throw new ProtocolError('CONTROL_INVALID', 'A control message without a known body came.');
  // The generated decoder makes class instances of every nested message; its declarations say only "properties".
  return { kind, body: envelope[kind] } as ControlMessage;
}

function decodeEnvelope(body: Uint8Array): bridle.v1.Envelope {
  try {
    return v1.Envelope.decode(body);
  } catch (cause) {
    throw new ProtocolError('CONTROL_INVALID', `A control message could not be decoded: ${String(cause)}`, { cause });
  }
}

/** Counts the fields of the envelope and of its body without decoding them (deeper ones hold numbers only); too many or a broken field: ProtocolError. */
function countFields(bytes: Uint8Array, maxFields: number): void {
  let fields = 0;
  const visit = (start: number, end: number, depth: number): void => {
    let at = start;
    while (at < end) {
      if ((fields += 1) > maxFields)
        throw new ProtocolError('CONTROL_TOO_LARGE', `A control message with more than ${maxFields} fields came.`);
      const tag = readVarint(bytes, at, end);
      at = tag.next;
      const wireType = tag.value & 7;
      if (wireType === 0) at = readVarint(bytes, at, end).next;
      else if (wireType === 1) at += 8;
      else if (wireType === 5) at += 4;
      else if (wireType === 2) {
        const length = readVarint(bytes, at, end);
        at = length.next + length.value;
        // Only the envelope and its body hold messages for certain; deeper bytes may be packed numbers or text.
        if (depth < 1 && at <= end) visit(length.next, at, depth + 1);
      } else throw new ProtocolError('CONTROL_INVALID', `A control message with wire type ${wireType} came.`);
      if (at > end) throw new ProtocolError('CONTROL_INVALID', 'A control message ends in the middle of a field.');
    }
  };
  visit(0, bytes.length, 0);
}

function readVarint(bytes: Uint8Array, start: number, end: number): { value: number; next: number } {
  let value = 0;
  for (let at = start, factor = 1; at < end && at < start + 10; at += 1, factor *= 128) {
    const byte = bytes[at] ?? 0;
    value += (byte & 127) * factor;
    if (byte < 128) return { value, next: at + 1 };
  }
  throw new ProtocolError('CONTROL_INVALID', 'A control message ends in the middle of a number.');
}
