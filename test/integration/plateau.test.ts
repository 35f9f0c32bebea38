// A schedule that follows the evaluations, with a GRU, RMSprop and numbers by group: the same bits whoever computes, and after a stop.
import { resolve } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { BridleProcess, endAll } from './support/bridle-process.js';
import { tempFolder } from './support/temp-folder.js';

const folder = tempFolder();
const flags =
  '--data adding --data-length 10 --data-examples 400 --cell gru --chrono 10 --hidden-size 8 --backend wasm --global-batch 16 --shards 4 --evaluate-every 5 --schedule plateau --patience 0 --decay-factor 0.5 --optimizer rmsprop --momentum 0.9 --weight-decay 0.01,bias=0 --l2 recurrent=1e-4 --listen 127.0.0.1:0 --json';

afterEach(endAll);

function start(more: string): BridleProcess {
  return new BridleProcess(`train ${flags} ${more}`.split(' '), { cwd: folder });
}

it('has the same bits for one worker and three, and for a run that was stopped and resumed', async () => {
  const alone = start('--steps 60 --workers 1');
  const { digest } = await alone.done();
  const rates = alone.events.flatMap((event) => (event.event === 'committed' ? [event.learningRate] : []));
  expect(new Set(rates).size).toBeGreaterThan(2); // the rate was lowered more than once
  expect((await start('--steps 60 --workers 3').done()).digest).toBe(digest);

  const stopped = start('--steps 200 --workers 2');
  await stopped.event('committed', ({ step }) => step >= 20);
  stopped.child.kill('SIGINT');
  await stopped.exit();
  const { runDir } = await stopped.event('started');
  const resumed = new BridleProcess(['train', '--resume', resolve(folder, runDir), '--workers', '1', '--json'], {
    cwd: folder,
  });
  const known = alone.events.flatMap((event) =>
    event.event === 'committed' && event.step === 59 ? [event.digest] : [],
  );
  expect((await resumed.event('committed', ({ step }) => step === 59)).digest).toBe(known[0]);
  resumed.child.kill('SIGINT');
  await resumed.exit();
});
