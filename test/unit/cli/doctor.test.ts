import { describe, expect, it } from 'vitest';
import { formatCheck } from '../../../src/cli/doctor.js';

import { checkNode, describeGpu } from '../../../src/cli/machine-checks.js';

it('knows which Node.js is new enough', () => {
  expect(checkNode('20.19.0').state).toBe('ok');
  expect(checkNode('22.1.0').state).toBe('ok');
  expect(checkNode('20.18.3')).toMatchObject({ state: 'broken', fix: expect.stringContaining('nvm') });
  expect(checkNode('18.20.0').state).toBe('broken');
});

it('writes a check with the command that fixes it', () => {
  expect(formatCheck({ name: 'pip', state: 'missing', detail: 'not there', fix: 'apt-get install python3-pip' })).toBe(
    'missing  pip                  not there\n         fix: apt-get install python3-pip',
  );
});

describe('the NVIDIA GPU', () => {
  // As the driver's files have it.
  const driver = 'NVRM version: NVIDIA UNIX x86_64 Kernel Module  550.90.07  Fri May 31 09:35:42 UTC 2024\n';
  const card = 'Model: \t\t NVIDIA H100 80GB HBM3\nIRQ:   \t\t 0\n';
  const libraries = 'libcudart.so.12\nlibcublas.so.12\nlibcufft.so.11\nlibcusolver.so.11\n';

  it('is named with its driver, and with what TensorFlow misses', () => {
    expect(describeGpu(driver, [card], `${libraries}libcudnn.so.9\n`)).toMatchObject({
      state: 'ok',
      detail: 'driver 550.90.07; NVIDIA H100 80GB HBM3',
    });
    expect(describeGpu(driver, [card], libraries)).toMatchObject({
      state: 'missing',
      detail: expect.stringContaining('TensorFlow misses libcudnn.so.9') as string,
    });
  });

  it('is not missed where there is no driver', () => {
    expect(describeGpu(undefined, [], '').state).toBe('ok');
  });
});
