// tfjs on wasm for the model's unit tests.
import { loadBackend } from '../../../src/backend/load-backend.js';
import type { Tfjs } from '../../../src/model/tfjs.js';

export async function loadWasm(): Promise<Tfjs> {
  return (await loadBackend('wasm', { threads: 1 })).tf;
}
