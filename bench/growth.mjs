// How the exchange of a step grows with workers and parameters: measures, fits a model of the cost, draws docs/growth.svg.
// node bench/growth.mjs measure FILE.jsonl [LIMIT of workers x parameters] && node bench/growth.mjs draw FILE.jsonl docs/growth.svg
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { timeExchange } from '../dist/bench/time-exchange.js';
import { numProcesses } from '../dist/loadtest/swarm.js';
import { drawGrowth } from './growth-plot.mjs';
import { fitGrowth } from './growth-model.mjs';

const workers = [1, 4, 16, 64, 256, 1024];
const parameters = [1e4, 1e5, 1e6, 1e7, 5e7];

/** Few steps where each moves much: the machine's memory and time are bounded. */
const stepsFor = (values) => (values > 3e8 ? 2 : values > 1e7 ? 3 : 8);

async function measure(file, limit) {
  const known = existsSync(file) ? readRows(file) : [];
  const shapes = parameters.flatMap((floats) => workers.map((count) => ({ workers: count, floats })));
  for (const shape of shapes.filter((each) => each.workers * each.floats <= limit)) {
    if (known.some((row) => row.workers === shape.workers && row.asked === shape.floats)) continue;
    const given = { ...shape, payload: 'frame', dtype: 'f32', processes: numProcesses(shape.workers) };
    const steps = stepsFor(shape.workers * shape.floats);
    const time = await timeExchange(given, { warmup: 1, steps }, AbortSignal.timeout(300_000));
    const best = Math.min(...time.stepMs.filter((ms) => !Number.isNaN(ms)));
    const row = { workers: shape.workers, asked: shape.floats, floats: time.floats, steps, ms: best };
    const { cpuSeconds, peakBytes } = time;
    appendFileSync(file, `${JSON.stringify({ ...row, cpuSeconds, peakBytes })}\n`);
    console.log(row.workers, row.floats, best.toFixed(1), 'ms', cpuSeconds.toFixed(3), 'CPU s', peakBytes);
  }
}

function readRows(file) {
  return readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

function draw(file, target) {
  const rows = readRows(file);
  const model = fitGrowth(rows, ({ ms }) => ms);
  const own = fitGrowth(rows, ({ cpuSeconds }) => 1000 * cpuSeconds);
  writeFileSync(target, drawGrowth(rows, model));
  console.log(`step: ${describe(model)}\ncoordinator's processor time: ${describe(own)}\n`);
  console.log('| parameters | workers | ms | model ms | CPU s | peak MB |\n| --- | --- | --- | --- | --- | --- |');
  for (const row of rows) {
    const cells = [row.floats.toLocaleString('en-US'), row.workers.toLocaleString('en-US'), row.ms.toFixed(1)];
    const more = [model.predict(row).toFixed(1), row.cpuSeconds.toFixed(3), (row.peakBytes / 1e6).toFixed(0)];
    console.log(`| ${[...cells, ...more].join(' | ')} |`);
  }
}

function describe({ coefficients: [a, b, c, d], medianError, largestError }) {
  const [once, perWorker, perParameter, perPair] = [a, b, c, d].map((value) => value.toPrecision(3));
  const formula = `${once} + ${perWorker} W + ${perParameter} P + ${perPair} W P ms, P in millions`;
  return `${formula}; median error ${(100 * medianError).toFixed(0)} %, largest ${(100 * largestError).toFixed(0)} %`;
}

const [what, file, third] = process.argv.slice(2);
if (what === 'measure') await measure(file, Number(third ?? 1e9));
else if (what === 'draw') draw(file, third);
else throw new Error('node bench/growth.mjs measure FILE.jsonl [LIMIT] | draw FILE.jsonl TARGET.svg');
