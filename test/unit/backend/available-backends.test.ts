import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  availableBackends,
  chooseBackend,
  chooseExecution,
  chooseForModel,
  findPackage,
  tensorflowStatus,
  wasmStatus,
  webgpuStatus,
} from '../../../src/backend/available-backends.js';
import type { BackendStatus } from '../../../src/backend/available-backends.js';

const ready: BackendStatus = { name: 'tensorflow', available: true, reason: 'here' };
const missing: BackendStatus = { name: 'tensorflow', available: false, reason: 'no addon', fix: 'npx bridle setup' };
const wasm: BackendStatus = { name: 'wasm', available: true, reason: 'here' };

describe('choosing a backend', () => {
  it('takes tensorflow when it is there and wasm when it is not', () => {
    expect(chooseBackend('auto', [ready, wasm])).toBe('tensorflow');
    expect(chooseBackend('auto', [missing, wasm])).toBe('wasm');
  });

  it('takes the one asked for although a fitter one is there', () => {
    expect(chooseBackend('wasm', [ready, wasm])).toBe('wasm');
  });

  it('refuses a missing one with the command that fixes it', () => {
    const choose = () => chooseBackend('tensorflow', [missing, wasm]);
    expect(choose).toThrowError(expect.objectContaining({ code: 'BACKEND_UNAVAILABLE' }));
    expect(choose).toThrowError(/--backend tensorflow.*no addon.*npx bridle setup/);
  });

  it('refuses auto when nothing is there, and tells about each', () => {
    const none = [missing, { ...wasm, available: false, reason: 'gone', fix: 'npm install' }];
    expect(() => chooseBackend('auto', none)).toThrowError(/no addon.*gone.*npm install/);
  });
});

describe('choosing an execution', () => {
  it('takes the fastest that the backend has', () => {
    expect(chooseExecution('native', 'auto')).toBe('native');
    expect(chooseExecution('tensorflow', 'auto')).toBe('captured');
    expect(chooseExecution('wasm', 'auto')).toBe('native');
    expect(chooseExecution('tensorflow', 'eager')).toBe('eager');
  });

  it('refuses what the backend does not have, with what it has', () => {
    const refused = expect.objectContaining({ code: 'EXECUTION_MISSING' }) as unknown;
    expect(() => chooseExecution('wasm', 'captured')).toThrow(refused);
    expect(() => chooseExecution('native', 'eager')).toThrow(/backend native, which runs steps native/);
  });
});

describe('the order of fitness', () => {
  const names = (gpus: number) => availableBackends(gpus).map(({ name }) => name);

  it('is native, tensorflow, wasm without a card; webgpu is only taken when it is named', () => {
    expect(names(0)).toEqual(['native', 'tensorflow', 'wasm', 'webgpu']);
  });

  it('begins with tensorflow where a card is', () => {
    expect(names(2)).toEqual(['tensorflow', 'native', 'wasm', 'webgpu']);
  });
});

describe('finding the backends', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'bridle-backend-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('finds wasm, which lies in the package, wherever there is WebAssembly', () => {
    expect(availableBackends().find(({ name }) => name === 'wasm')?.available).toBe(true);
    expect(wasmStatus(false)).toMatchObject({ available: false, fix: expect.stringContaining('--jitless') as string });
  });

  it('says which command brings a missing package', () => {
    expect(findPackage('@tensorflow/not-a-package')).toBeUndefined();
    expect(tensorflowStatus(undefined).fix).toMatch(
      /^npm install --ignore-scripts @tensorflow\/tfjs@\S+ @tensorflow\/tfjs-node-gpu@/,
    );
  });

  it('wants all packages of webgpu, tfjs among them, and on Linux a driver', () => {
    expect(webgpuStatus(['/there', undefined, '/there'], ['a.json'], 'linux')).toMatchObject({
      available: false,
      reason: 'Not installed: @tensorflow/tfjs.',
      fix: expect.stringMatching(/^npm install webgpu@/) as string,
    });
    expect(webgpuStatus(['/there', '/there'], [], 'linux').fix).toContain('VK_ICD_FILENAMES');
    expect(webgpuStatus(['/there', '/there'], ['nvidia_icd.json'], 'linux')).toMatchObject({
      available: true,
      reason: expect.stringContaining('nvidia_icd.json') as string,
    });
    expect(webgpuStatus(['/there', '/there'], [], 'darwin').available).toBe(true);
  });

  it('tells a package without its addon from a whole one', () => {
    expect(tensorflowStatus(folder)).toMatchObject({ available: false, fix: 'npx bridle setup --tensorflow' });
    mkdirSync(join(folder, 'lib', 'napi-v8'), { recursive: true });
    writeFileSync(join(folder, 'lib', 'napi-v8', 'tfjs_binding.node'), '');
    expect(tensorflowStatus(folder)).toMatchObject({ available: true });
  });
});

describe('chooseForModel', () => {
  const choose = (choices: object) => chooseForModel({ backend: 'wasm', execution: 'auto', ...choices });

  it('runs on tfjs what the kernels do not know: a model of the user, and parts inside the recurrence', () => {
    expect(choose({})).toEqual({ backend: 'wasm', execution: 'native' });
    expect(choose({ model: 'model.mjs' })).toEqual({ backend: 'wasm', execution: 'eager' });
    expect(choose({ tfjsParts: { norm: 'layer' } })).toEqual({ backend: 'wasm', execution: 'eager' });
    expect(choose({ backend: 'auto', tfjsParts: { omega: 1 } }).backend).not.toBe('native');
  });

  it('refuses the native kernels by name', () => {
    const refused = expect.objectContaining({ code: 'MODEL_NEEDS_TFJS' });
    expect(() => choose({ backend: 'native', tfjsParts: { zoneout: 0.1 } })).toThrow(refused);
  });
});
