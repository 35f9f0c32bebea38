// Blocks are named by their content, so that a worker can hold, ask for and check one by its name alone.
import { createHash } from 'node:crypto';

/** The name of a block's bytes: the first 16 bytes of their SHA-256 (FIPS 180-4), as 32 hex digits. */
export function blockName(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex').slice(0, 32);
}
