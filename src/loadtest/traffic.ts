// Counts what goes through a connection, in bytes of messages.
import { messageBytes } from '../protocol/message.js';
import type { Connection } from '../transport/connection.js';

export interface Traffic {
  bytesIn: number;
  bytesOut: number;
}

/** Returns `connection`, adding to `traffic` what it carries. */
export function countTraffic(connection: Connection, traffic: Traffic): Connection {
  return {
    peer: connection.peer,
    isLocal: connection.isLocal,
    get receivedBytes() {
      return connection.receivedBytes;
    },
    get queuedBytes() {
      return connection.queuedBytes;
    },
    handle: ({ onMessage, onClose }) =>
      connection.handle({
        onMessage: (message) => {
          traffic.bytesIn += messageBytes(message);
          onMessage(message);
        },
        onClose,
      }),
    send: (...message) => {
      traffic.bytesOut += messageBytes(message);
      connection.send(...message);
    },
    whenSent: (act) => connection.whenSent(act),
    batch: (queue) => connection.batch(queue),
    close: (code, reason) => connection.close(code, reason),
    terminate: () => connection.terminate(),
  };
}
