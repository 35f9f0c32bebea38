// The WebGPU backend on a card, or on the software renderer that Debian's chromium brings: slow there, so few models and steps.
import { existsSync, readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { availableBackends } from '../../src/backend/available-backends.js';
import { loadBackend } from '../../src/backend/load-backend.js';
import { type GradientCase, gradientErrors } from '../../src/model/self-check.js';
import { tfjsFactory } from './model-suite.js';
import { BridleProcess, endAll } from './support/bridle-process.js';
import { tempFolder } from './support/temp-folder.js';

const softwareRenderer = '/usr/lib/chromium/vk_swiftshader_icd.json';
const status = () => availableBackends().find(({ name }) => name === 'webgpu');
// A driver that the machine has comes first. Workers inherit the variable, and Vulkan reads it when it is loaded.
if (status()?.available !== true && existsSync(softwareRenderer)) process.env['VK_ICD_FILENAMES'] = softwareRenderer;
const isThere = status()?.available === true;
if (!isThere) console.warn(`left out: WebGPU. ${status()?.reason} To run it: BRIDLE_WEBGPU=1 npm test`);

const oracles = JSON.parse(
  readFileSync(new URL('../fixtures/model/gradients.json', import.meta.url), 'utf8'),
) as GradientCase[];
const folder = tempFolder();
afterEach(endAll);

describe.skipIf(!isThere)('WebGPU', () => {
  // Other models are compared at the start of each worker below.
  it('has the gradients of float64 PyTorch', async () => {
    const create = tfjsFactory((await loadBackend('webgpu', { threads: 1 })).tf);
    const lstm = oracles.find(({ spec }) => spec.cell === 'lstm' && spec.inputs === 'dense')!;
    for (const [tensor, error] of Object.entries(gradientErrors(create, lstm))) {
      expect(error, tensor).toBeLessThan(1e-5);
    }
  });

  it('trains to one digest with one worker and with two', async () => {
    const words =
      '--data adding --data-length 4 --data-examples 32 --hidden-size 4 --global-batch 16 --shards 2 --steps 2 --evaluate-every 0 --save-every 0 --backend webgpu --listen 127.0.0.1:0 --json';
    const runs = ['1', '2'].map(
      (workers) =>
        new BridleProcess(['train', ...words.split(' '), '--workers', workers, '--min-workers', workers], {
          cwd: folder,
        }),
    );
    const [one, two] = await Promise.all(runs.map((run) => run.done()));
    expect(two?.digest).toBe(one?.digest);
    expect(runs[0]?.events.find(({ event }) => event === 'started')).toMatchObject({
      kernelId: expect.stringMatching(/^webgpu\/\d+ tfjs-4\.22\.0 dawn-/) as string,
    });
  });
});
