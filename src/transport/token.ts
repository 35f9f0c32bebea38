// The join token: compared in constant time, before the upgrade, never logged.
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

export function createToken(): string {
  return randomBytes(24).toString('base64url');
}

/** Compares two tokens in a time that tells nothing of where they differ. */
export function isSameToken(given: string, wanted: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(wanted));
}

/** Reads `Authorization: Bearer TOKEN`. */
export function bearerToken(header: string | undefined): string | undefined {
  const match = /^Bearer ([\x21-\x7e]{1,1024})$/.exec(header ?? '');
  return match?.[1];
}
