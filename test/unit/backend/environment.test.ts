import { describe, expect, it } from 'vitest';
import { backendEnvironment, findMissingEnvironment } from '../../../src/backend/environment.js';
import { loadBackend } from '../../../src/backend/load-backend.js';

describe("a backend's environment", () => {
  it('fixes the threads whatever the user had, since the kernel id names them', () => {
    const environment = backendEnvironment('tensorflow', { threads: 2 }, { TF_NUM_INTRAOP_THREADS: '8' });
    expect(environment).toMatchObject({ TF_NUM_INTRAOP_THREADS: '2', TF_NUM_INTEROP_THREADS: '1' });
  });

  it('keeps what else the user has set', () => {
    const current = { TF_ENABLE_ONEDNN_OPTS: '0', TF_CPP_MIN_LOG_LEVEL: '0', TF_FORCE_GPU_ALLOW_GROWTH: 'false' };
    expect(backendEnvironment('tensorflow', { threads: 1 }, current)).toMatchObject(current);
  });

  it('asks for one order of sums and no TF32 where a card is, unless the user has chosen', () => {
    const onCard = backendEnvironment('tensorflow', { threads: 1 }, { NVIDIA_TF32_OVERRIDE: '1' }, 2);
    expect(onCard).toMatchObject({ TF_DETERMINISTIC_OPS: '1', NVIDIA_TF32_OVERRIDE: '1' });
    expect(backendEnvironment('tensorflow', { threads: 1 }, {}, 2)['NVIDIA_TF32_OVERRIDE']).toBe('0');
    expect(backendEnvironment('tensorflow', { threads: 1 }, {}, 0)).not.toHaveProperty('TF_DETERMINISTIC_OPS');
  });

  it('is empty for wasm', () => {
    expect(backendEnvironment('wasm', { threads: 4 }, {})).toEqual({});
  });

  it('names what differs from it', () => {
    expect(findMissingEnvironment({ A: '1', B: '2', C: '3' }, { A: '1', B: '1' })).toEqual(['B', 'C']);
  });
});

it('refuses a number of threads that is none', async () => {
  for (const threads of [0, 1.5, Number.NaN]) {
    await expect(loadBackend('wasm', { threads })).rejects.toMatchObject({ code: 'THREADS' });
  }
});
