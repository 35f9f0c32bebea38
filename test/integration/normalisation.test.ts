// Normalisation, zoneout, dropout inside the recurrence and Omega through real processes: the same bits whoever computes, a worker that
// dies in the middle of a collective, shards without rows, a resume; and such a model in use.
import { afterEach, describe, expect, it } from 'vitest';
import { Purpose } from '../../src/protocol/control.js';
import { BridleProcess, endAll, signal } from './support/bridle-process.js';
import { HostilePeer } from './support/hostile-peer.js';
import { tempFolder } from './support/temp-folder.js';

const folder = tempFolder();
const isFull = process.env['BRIDLE_FULL'] === '1';
// The last of the two steps of an epoch has 5 examples for 8 shards: three are empty.
const common = [
  '--data adding --data-length 5 --data-min-length 2 --data-examples 21 --hidden-size 8 --global-batch 16 --shards 8',
  '--steps 5 --evaluate-every 5 --save-every 2 --learning-rate 0.02 --listen 127.0.0.1:0 --json --backend wasm',
].flatMap((text) => text.split(' '));

const together = 'layer normalisation, zoneout and dropout together';
const batch = 'batch normalisation';
const ghost = 'batch normalisation of each shard';
const byStep = 'batch normalisation of each time step';
const models = {
  [together]:
    '--cell lstm --norm layer --zoneout 0.1 --zoneout-cell 0.3 --variational-dropout 0.2 --recurrent-dropout 0.2',
  Omega: '--cell rnn --omega 0.5',
  [batch]: '--cell lstm --layers 2 --norm batch',
  [ghost]: '--cell gru --norm batch-ghost',
  [byStep]: '--cell lstm --norm batch-step --zoneout 0.1',
} as const;
type ModelName = keyof typeof models;
const outOf = (model: ModelName): string => `${folder}/${Object.keys(models).indexOf(model)}`;

function train(model: ModelName, workers: number, ...more: string[]): BridleProcess {
  const count = ['--workers', `${workers}`, '--min-workers', `${workers}`];
  return new BridleProcess(['train', ...common, ...models[model].split(' '), ...count, ...more], { cwd: folder });
}

/** Undisturbed runs with one worker. */
const references = new Map<ModelName, Promise<{ digest: string; kernelId: string; loss: number }>>();
function reference(model: ModelName): Promise<{ digest: string; kernelId: string; loss: number }> {
  const known = references.get(model);
  if (known) return known;
  const run = train(model, 1, '--out', outOf(model));
  const result = run.done().then(async ({ digest }) => {
    const { kernelId } = await run.event('started');
    const { loss } = await run.event('evaluated', ({ step }) => step === 5);
    return { digest, kernelId, loss };
  });
  references.set(model, result);
  return result;
}

afterEach(endAll);

describe('the digest of a run is the same', () => {
  // Starting a worker costs most of the time: some models have one killed here, the others with BRIDLE_FULL=1.
  const usual: [ModelName, number, boolean][] = [
    [together, 3, true],
    ['Omega', 2, false],
    [ghost, 2, false],
  ];
  const cases = isFull
    ? (Object.keys(models) as ModelName[]).flatMap((model) =>
        [2, 3, 8].map((workers): [ModelName, number, boolean] => [model, workers, true]),
      )
    : usual;
  it.each(cases)('with %s for one worker and for %i (one of them killed: %s)', async (model, workers, hasKill) => {
    const run = train(model, workers);
    if (hasKill) {
      await run.event('committed', (event) => event.step === 2);
      signal(run.workers()[1] ?? -1, 'SIGKILL');
    }
    expect((await run.done()).digest).toBe((await reference(model)).digest);
  });

  it.each([batch, byStep] as const)('with %s when a worker is lost that holds a part of a statistic', async (model) => {
    const { kernelId, digest } = await reference(model);
    const args = ['coordinator', ...common, ...models[model].split(' '), '--min-workers', '2'];
    const coordinator = new BridleProcess(args, { cwd: folder });
    const url = (await coordinator.event('listening')).urls[0] ?? '';
    const peer = new HostilePeer({ url });
    await peer.hello(kernelId, { capabilities: ['collect'] });
    await peer.answer('welcome');
    const join = ['worker', '--join', url, '--workers', '1', '--backend', 'wasm', '--execution', 'eager', '--json'];
    const worker = new BridleProcess(join, { cwd: folder });
    const lease = await peer.answer('lease', 30_000);
    expect(lease.purpose).toBe(Purpose.PURPOSE_COLLECT);
    expect(lease.shards.length).toBeGreaterThan(0);
    peer.close();
    expect((await coordinator.done()).digest).toBe(digest);
    expect((await worker.exit()).code).toBe(0);
  });

  it('with batch normalisation of each time step when one of two workers is killed, and the run is stopped and resumed', async () => {
    const out = `${folder}/stopped`;
    const first = train(byStep, 2, '--out', out);
    await first.event('committed', ({ step }) => step === 2);
    signal(first.workers()[1] ?? -1, 'SIGKILL');
    await first.event('committed', ({ step }) => step === 3);
    first.child.kill('SIGINT');
    expect((await first.exit()).code).toBe(130);
    const again = ['train', '--resume', '--out', out, '--workers', '2', '--listen', '127.0.0.1:0', '--json'];
    expect((await new BridleProcess(again, { cwd: folder }).done()).digest).toBe((await reference(byStep)).digest);
  });
});

describe('a trained model', () => {
  async function use(words: string): Promise<{ code: number | null; said: string; events: object[] }> {
    const run = new BridleProcess([...words.split(' '), '--json'], { cwd: folder });
    const { code } = await run.exit();
    return { code, said: run.stderr, events: run.events };
  }

  it('with batch normalisation of each time step is scored as its run scored it', async () => {
    const { loss } = await reference(byStep);
    const { events } = await use(`evaluate --out ${outOf(byStep)} --backend wasm`);
    expect((events[0] as { loss: number }).loss).toBeCloseTo(loss, 6);
  });

  it('with normalisation in its recurrence is not diagnosed or exported: refused by name', async () => {
    await reference(byStep);
    const out = outOf(byStep);
    const refused = await Promise.all([
      use(`diagnose --out ${out}`),
      use(`export --out ${out} --format pytorch --output ${folder}/exported`),
      use('train --data adding --norm layer --diagnose 5'),
      use('train --data adding --norm layer --backend native'),
    ]);
    expect(refused.map(({ code }) => code)).toEqual([2, 2, 2, 2]);
    const codes = ['REPLAY_MODEL', 'EXPORT_UNSUPPORTED', '--diagnose', 'MODEL_NEEDS_TFJS'];
    refused.forEach(({ said }, i) => expect(said).toContain(codes[i]));
  });

  it.each(['Omega', batch] as const)(
    'with %s alone is a plain network: diagnosed and exported as any',
    async (model) => {
      const { loss } = await reference(model);
      const out = outOf(model);
      expect(await use(`diagnose --out ${out}`)).toMatchObject({ code: 0, events: [{ event: 'diagnosis' }] });
      const exported = await use(`export --out ${out} --format onnx --output ${folder}/onnx-${out.slice(-1)}`);
      expect(exported).toMatchObject({ code: 0, events: [{ event: 'exported' }] });
      const { events } = await use(`evaluate --out ${out} --backend native`);
      expect((events[0] as { loss: number }).loss).toBeCloseTo(loss, 5);
    },
  );
});
