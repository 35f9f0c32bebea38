import { expect, it } from 'vitest';
import { formatCheck } from '../../../src/cli/doctor.js';
import { checkNode } from '../../../src/cli/machine-checks.js';
import { dispatch } from '../../../src/cli/dispatch.js';

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

it('checks this machine, one JSON object a line', async () => {
  let stdout = '';
  const around = { env: {}, stdout: { write: (text: string) => (stdout += text) }, stderr: { write: () => true } };
  await dispatch(['doctor', '--json'], around);
  const checks = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { event: string; name: string; state: string });
  expect(checks.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['Node.js', 'backend wasm', 'C++ compiler', 'pip', 'data mnist-rows', 'machine']),
  );
  expect(checks.every(({ event }) => event === 'check')).toBe(true);
});
