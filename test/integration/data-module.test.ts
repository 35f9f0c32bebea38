// Data that a user's module gives, through real processes: the example of docs/own-data.md, resume, use, and what is refused.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { BridleProcess, endAll } from './support/bridle-process.js';
import { tempFolder } from './support/temp-folder.js';

const root = resolve(import.meta.dirname, '../..');
const folder = tempFolder();
afterEach(endAll);

const around = ['--listen', '127.0.0.1:0', '--json', '--out', folder];
const small = '--hidden-size 4 --global-batch 16 --shards 4 --backend native'.split(' ');

/** The words after `npx bridle` of the page's first command. */
function commandOfPage(): string[] {
  const page = readFileSync(join(root, 'docs', 'own-data.md'), 'utf8');
  const words = (/^```sh\n(.*)\n```/m.exec(page)?.[1] ?? '').split(/\s+/);
  expect(words.slice(0, 2)).toEqual(['npx', 'bridle']);
  return words.slice(2);
}

function write(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const ids = (more = '') => `
const split = (size) => Array.from({ length: size }, (_, i) => ({ inputs: [i % 3, (i + 1) % 3], targets: [i % 2, 1] }));
export default async () => ({
  inputs: { kind: 'ids', vocabulary: 3 },
  targets: { kind: 'class', classes: 2, per: 'step' },
  train: split(40),
  async *test() { yield* split(8); },
  ${more}
});`;

describe('the example of docs/own-data.md', () => {
  it('learns which sequences rise, with the same digest for one worker and for two of which one is killed', async () => {
    const run = (workers: string): BridleProcess =>
      new BridleProcess([...commandOfPage(), ...around, '--workers', workers, '--min-workers', workers], { cwd: root });
    const alone = run('1');
    const { digest } = await alone.done();
    const last = alone.events.flatMap((event) => (event.event === 'evaluated' ? [event] : [])).at(-1);
    expect(last).toMatchObject({ split: 'test', examples: 100 });
    expect(last?.accuracy).toBeGreaterThan(0.95);
    const two = run('2');
    await two.event('committed');
    process.kill(two.workers()[0]!, 'SIGKILL');
    expect((await two.done()).digest).toBe(digest);
  });
});

describe('a data module', () => {
  it.each(['wasm', 'tensorflow'])('trains on %s', async (backend) => {
    const data = ['--data', write('ids.mjs', ids()), '--steps', '2', '--workers', '1'];
    const run = new BridleProcess(['train', ...small, ...data, ...around, '--backend', backend], { cwd: folder });
    expect(await run.done()).toMatchObject({ step: 2 });
  });

  it('is scored and predicted from without a coordinator, resumed, and missed where it has changed', async () => {
    const path = write('kept.mjs', ids());
    const config = write('run.yaml', 'data: { name: ./kept.mjs }\nsteps: 2\nsaveEvery: 1\n');
    const run = new BridleProcess(['train', ...small, '--config', config, '--workers', '1', ...around], { cwd: root });
    const { runDir } = await run.done();
    const evaluation = run.events.flatMap((event) => (event.event === 'evaluated' ? [event] : [])).at(-1);
    const scored = new BridleProcess(['evaluate', runDir, '--backend', 'native', '--json'], { cwd: root });
    expect(await scored.exit()).toMatchObject({ code: 0 });
    expect(scored.events).toMatchObject([{ loss: evaluation?.loss, isOtherData: false }]);

    const file = write('new.jsonl', '{"ids":[0,1,2]}\n');
    const predicted = new BridleProcess(['predict', runDir, file, '--backend', 'native'], { cwd: root });
    expect(await predicted.exit()).toMatchObject({ code: 0 });
    expect(predicted.events).toMatchObject([
      { place: 1, class: [expect.any(Number), expect.any(Number), expect.any(Number)] },
    ]);

    const resume = (): BridleProcess =>
      new BridleProcess(['train', '--resume', runDir, '--steps', '3', '--workers', '1', '--json'], { cwd: root });
    expect(await resume().done()).toMatchObject({ step: 3 });
    writeFileSync(path, ids().replace('[i % 2, 1]', '[i % 2, 0]'));
    const changed = resume();
    expect(await changed.exit()).toMatchObject({ code: 2 });
    expect(changed.report()).toMatch(/RESUME_CONFLICT.*data has changed/);
  });

  it.each([
    ['MODULE_SYNTAX', 'export default {\n  train: [\n};', /bad\.mjs:3/],
    ['DATA_DEFINITION', ids('scaling: 1'), /"scaling" means nothing here/],
    ['DATA_EXAMPLE', ids('valid: [{ inputs: [0, 3], targets: [0, 1] }]'), /valid\[0\]\.inputs\[1\] .*0 to 2, got 3/],
    ['DATA_FAILED', ids('valid() {\n  null.size;\n},'), /valid failed: TypeError: .*bad\.mjs:\d+:\d+/],
    // A connection that stays open must not keep the process from ending.
    ['DATA_EXAMPLE', ids('valid: [setInterval(() => 0, 1000)]'), /valid\[0\] must be \{ inputs, targets \}/],
  ])('is refused with %s, code 2 and no run folder', async (code, text, message) => {
    const path = write('bad.mjs', text);
    const run = new BridleProcess(['train', '--data', path, ...around, '--run-name', 'never'], { cwd: folder });
    expect(await run.exit()).toMatchObject({ code: 2 });
    expect(run.report()).toContain(code);
    expect(run.report()).toMatch(message);
    expect(existsSync(join(folder, 'never'))).toBe(false);
  });

  it('takes no options of other data', async () => {
    const data = ['--data', write('ids.mjs', ids()), '--data-length', '9'];
    const run = new BridleProcess(['train', ...data, ...around], { cwd: folder });
    expect(await run.exit()).toMatchObject({ code: 2 });
    expect(run.report()).toMatch(/FLAG_CONFLICT.*--data-length has no meaning/);
  });
});
