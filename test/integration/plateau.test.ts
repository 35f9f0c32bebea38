// A schedule that follows the evaluations, with a GRU, RMSprop and numbers by group: the same bits whoever computes, and after a resume.
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

it('has the same bits for one worker, and for three that end sooner and go on', async () => {
  const alone = start('--steps 60 --workers 1');
  const { digest } = await alone.done();
  const rates = alone.events.flatMap((event) => (event.event === 'committed' ? [event.learningRate] : []));
  expect(new Set(rates).size).toBeGreaterThan(2); // the rate was lowered more than once

  const { runDir } = await start('--steps 40 --workers 3 --min-workers 3').done();
  const again = `train --resume ${resolve(folder, runDir)} --workers 3 --steps 60 --json`;
  expect((await new BridleProcess(again.split(' '), { cwd: folder }).done()).digest).toBe(digest);
});
