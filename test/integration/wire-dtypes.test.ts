// Gradients in fewer bytes: the same bits for any number of workers, by either road, and when a worker is killed.
import { afterEach, expect, it } from 'vitest';
import { BridleProcess, endAll, signal } from './support/bridle-process.js';
import { tempFolder } from './support/temp-folder.js';

const folder = tempFolder();
// Two chunks a vector of float32.
const run = [
  '--data adding --data-length 5 --data-examples 64 --hidden-size 300 --global-batch 16 --shards 4 --backend native',
  '--steps 6 --evaluate-every 0 --save-every 0 --listen 127.0.0.1:0 --json',
].flatMap((text) => text.split(' '));

const train = (...more: string[]): BridleProcess => new BridleProcess(['train', ...run, ...more], { cwd: folder });

afterEach(endAll);

it.each(['bf16', 'f16', 'int8'])(
  '%s gives the same bits to one worker and to two of whom one is killed',
  async (wire) => {
    const alone = train('--wire', wire, '--workers', '1', '--payload', 'frame');
    const several = train('--wire', wire, '--workers', '2', '--min-workers', '2');
    await several.event('committed', ({ step }) => step >= 2);
    signal(several.workers()[0] ?? -1, 'SIGKILL');
    expect((await several.done()).digest).toBe((await alone.done()).digest);
  },
);

it('is fixed by the run: a resume with another format is refused', async () => {
  await train('--wire', 'bf16', '--workers', '1', '--steps', '2').done();
  const resumed = new BridleProcess(['train', '--resume', '--wire', 'f32', '--steps', '3', '--json'], { cwd: folder });
  expect(await resumed.exit()).toMatchObject({ code: 2 });
  expect(resumed.report()).toContain('--wire');
});
