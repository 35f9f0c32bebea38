// The seam to the launcher's probe: `bridle doctor --join` asks a coordinator whether this machine could join.
import type { ProbeCoordinator } from '../launch/launch-options.js';

/** Loads the probe; undefined as long as the launcher has none. */
export function loadProbe(): Promise<ProbeCoordinator | undefined> {
  return Promise.resolve(undefined);
}
