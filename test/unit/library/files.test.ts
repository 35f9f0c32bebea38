import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openLog } from '../../../src/library/open-log.js';
import { readToken } from '../../../src/library/read-token.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bridle-cli-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('the token', () => {
  const token = '0123456789abcdef';

  it('comes from the file, else from the environment, else from nowhere', async () => {
    const path = join(folder, 'token');
    await writeFile(path, `${token}\n`);
    expect(await readToken(path, { BRIDLE_TOKEN: 'another-token-entirely' })).toBe(token);
    expect(await readToken(undefined, { BRIDLE_TOKEN: token })).toBe(token);
    expect(await readToken(undefined, {})).toBeUndefined();
  });

  it('is refused without being shown', async () => {
    await expect(readToken(join(folder, 'none'), {})).rejects.toMatchObject({ code: 'TOKEN_FILE' });
    const refusal = await readToken(undefined, { BRIDLE_TOKEN: 'hush hush' }).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code: 'TOKEN_INVALID', message: expect.not.stringContaining('hush') });
  });
});

it('logs JSON lines at once, with secrets blanked', async () => {
  const path = join(folder, 'logs', 'coordinator.log');
  const { log, close } = openLog(path, false);
  log.debug('not kept');
  log.info({ token: 'hush', peer: { token: 'hush' }, headers: { authorization: 'hush' } }, 'joined');
  close();
  log.info('after the end');
  const text = await readFile(path, 'utf8');
  expect(JSON.parse(text)).toMatchObject({ msg: 'joined', token: '[secret]' });
  expect(text).not.toContain('hush');
  expect(text).not.toContain('not kept');
  expect(text).not.toContain('after the end');
});
