// Every limit of the wire, with its default. What breaks one closes its own socket with a code; the run goes on.

export interface ProtocolLimits {
  /** A control message, with its four magic bytes. */
  readonly maxControlBytes: number;
  /** Fields in a control message, counted before it is decoded: small fields make large objects. */
  readonly maxControlFields: number;
  /** Payload of one tensor frame. */
  readonly maxChunkBytes: number;
  /** Values of one tensor: what a receiver is willing to hold. */
  readonly maxTensorValues: number;
  readonly maxShards: number;
  readonly maxRunSpecBytes: number;
  readonly maxHeldBlocks: number;
  readonly maxNameBytes: number;
  /** Probes of one observer, the padding of one message, and all padding, each way. */
  readonly maxProbes: number;
  readonly maxProbeBytes: number;
  readonly maxAllProbeBytes: number;
  /** Time for the TLS handshake, for the HTTP upgrade and for Hello, each. */
  readonly handshakeTimeoutMs: number;
  readonly maxConnections: number;
  readonly heartbeatMs: number;
  /** Silence after which a peer is lost. */
  readonly heartbeatTimeoutMs: number;
  /** A peer whose queue makes no progress for so long is dropped. */
  readonly stallTimeoutMs: number;
}

export const defaultLimits: ProtocolLimits = {
  maxControlBytes: 1024 * 1024,
  maxControlFields: 65_536,
  maxChunkBytes: 1024 * 1024,
  maxTensorValues: 512 * 1024 * 1024,
  maxShards: 4096,
  maxRunSpecBytes: 65_536,
  maxHeldBlocks: 8192,
  maxNameBytes: 256,
  maxProbes: 64,
  maxProbeBytes: 512 * 1024,
  maxAllProbeBytes: 8 * 1024 * 1024,
  handshakeTimeoutMs: 5000,
  maxConnections: 2048,
  heartbeatMs: 1000,
  heartbeatTimeoutMs: 3000,
  stallTimeoutMs: 30_000,
};
