// The protocol's version: majors must be equal, of two minors the lower is spoken.
import { ProtocolError } from '../errors.js';

/** The version of the package; a test holds it to package.json, which a browser cannot read. */
export const bridleVersion = '0.1.0';

export const protocolVersion = { major: 1, minor: 3 } as const;

/** From this minor version on a worker withholds the gradients of a lease that `waits`. */
export const clearToSendMinor = 3;

/** What a worker says in Hello when it can answer leases of the purpose `collect`. */
export const collectCapability = 'collect';

/** Returns the minor version that both sides speak; another major version is a ProtocolError that names both. */
export function negotiateMinor(theirs: { readonly major: number; readonly minor: number }): number {
  if (theirs.major === protocolVersion.major) return Math.min(theirs.minor, protocolVersion.minor);
  const ours = `${protocolVersion.major}.${protocolVersion.minor}`;
  throw new ProtocolError(
    'VERSION_MISMATCH',
    `The coordinator speaks protocol ${ours}, the worker ${theirs.major}.${theirs.minor}. Install the same bridle version on both machines.`,
  );
}
