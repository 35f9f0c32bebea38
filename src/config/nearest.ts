// What somebody probably meant: the valid spelling that is nearest to a wrong one (Levenshtein 1966).
import { closest, distance } from 'fastest-levenshtein';

/** Finds the valid spelling that is nearest to `spelled`, if one is near. */
export function nearest(spelled: string, valid: readonly string[], maxDistance: number): string | undefined {
  if (valid.length === 0) return undefined;
  const candidate = closest(spelled, [...valid]);
  return distance(spelled, candidate) <= maxDistance ? candidate : undefined;
}
