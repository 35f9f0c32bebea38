import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { dispatch } from '../../../src/cli/dispatch.js';
import { exitMeanings, formatOverview } from '../../../src/cli/overview.js';
import { formatCliPage, formatCommandHelp } from '../../../src/config/help-text.js';
import { commandNames } from '../../../src/config/commands.js';

async function run(line: string) {
  const written = { stdout: '', stderr: '' };
  const code = await dispatch(line.split(' ').filter(Boolean), {
    env: {},
    stdout: { write: (text) => (written.stdout += text) },
    stderr: { write: (text) => (written.stderr += text) },
  });
  return { code, ...written };
}

it('shows the overview for no command, --help, -h and help', async () => {
  for (const line of ['', '--help', '-h', 'help']) {
    expect(await run(line)).toEqual({ code: 0, stdout: formatOverview(), stderr: '' });
  }
});

it("shows a command's help, however it is asked for", async () => {
  for (const line of ['help worker', 'worker --help', 'worker --join nonsense -h']) {
    expect(await run(line)).toEqual({ code: 0, stdout: formatCommandHelp('worker'), stderr: '' });
  }
  for (const name of commandNames) expect((await run(`${name} --help`)).stdout).toContain(`Usage: bridle ${name}`);
});

it('says its version', async () => {
  const { version } = JSON.parse(await readFile('package.json', 'utf8')) as { version: string };
  expect((await run('--version')).stdout).toBe(`bridle ${version}\n`);
});

it('prints a refusal on stderr without a stack, and with --json as an event too', async () => {
  const plain = await run('train --seed abc');
  expect(plain).toMatchObject({ code: 2, stdout: '' });
  expect(plain.stderr).toBe('error FLAG_VALUE: --seed must be a whole number from 0 to 9007199254740991, got "abc".\n');
  const json = await run('train --seed abc --json');
  expect(JSON.parse(json.stdout)).toMatchObject({ event: 'error', code: 'FLAG_VALUE' });
  expect((await run('serve')).code).toBe(2);
  expect((await run('help serve')).code).toBe(2);
});

it('refuses what is missing before a run folder is made', async () => {
  const out = join('no-such-folder', 'runs');
  const { code, stderr } = await run(`train --out ${out} --init-from /no/weights --token-file /no/token`);
  expect(code).toBe(2);
  expect(stderr).toContain('error FILE_UNREADABLE: --init-from /no/weights cannot be read (ENOENT)');
  await expect(readFile(join(out, 'latest'))).rejects.toThrow('ENOENT');
  expect((await run('train --resume --out no-such-folder')).stderr).toContain('RUN_NOT_FOUND');
});

it('has a page that says what --help says', async () => {
  const page = await readFile('docs/cli.md', 'utf8');
  expect(page, 'run: node scripts/generate-cli-docs.mjs').toBe(formatCliPage(formatOverview(), exitMeanings));
});
