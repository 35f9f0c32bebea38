// The pages in a real Chromium: nothing runs over, nothing is asked of the network, nothing is said on the console.
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium, type Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formatDiagnosisPage } from '../../src/cli/output/format-diagnosis-page.js';
import { formatLabPage } from '../../src/lab/format-lab-page.js';
import { planSweep } from '../../src/lab/sweep.js';
import { TrialRecord } from '../../src/lab/trial-result.js';
import { probeBatch } from '../../src/model/self-check.js';
import { probeValues } from '../../src/model/probe-values.js';
import { layoutOfModel } from '../../src/params/layout-of-model.js';
import type { ModelSpec } from '../../src/params/model-spec.js';
import { diagnose } from '../../src/replay/diagnose.js';
import { tempFolder } from './support/temp-folder.js';

const executablePath = '/usr/bin/chromium';
const isThere = existsSync(executablePath);
if (!isThere) console.warn(`left out: pages in a browser. There is no ${executablePath}: apt-get install chromium`);

const folder = tempFolder();

function lookAtLstm() {
  const spec: ModelSpec = {
    cell: 'lstm',
    layers: 2,
    inputs: 'dense',
    inputSize: 3,
    hiddenSize: 5,
    outputSize: 3,
    loss: 'softmax',
    targetsPer: 'sequence',
  };
  const batch = probeBatch({ spec, steps: 30, lengths: [30, 20] }, 5);
  return diagnose(spec, probeValues(7, layoutOfModel(spec).size, 1), [{ shard: 0, exampleIds: [0, 1], batch }]);
}

function labPage(): string {
  const diagnosis = lookAtLstm();
  const experiment = planSweep(
    ['--data=adding', '--steps=40', '--data-path=a-rather-long-folder/with-a-rather-long-file-name-in-it.jsonl'],
    ['data-length=20,40,80', 'cell=rnn,lstm,gru', 'clip=none,global-norm:1'],
  );
  const outcomes = experiment.trials.map((trial, i) => {
    const record = new TrialRecord();
    for (let step = 1; step <= 40; step++) {
      const [loss, gradNorm] = [1 + i / step, 10 ** ((i % 5) * (step % 7))];
      const clip = { gradNorm, clippedNorm: 1, clipCoefficient: 1 / gradNorm, learningRate: 0.1 };
      const rest = { epoch: 1, digest: 'd', sequencesPerSecond: 1, replayed: false, skipped: false };
      record.onEvent({ event: 'committed', step, loss, ...clip, ...rest });
    }
    for (const step of [0, 40]) record.onEvent({ event: 'diagnosis', step, ...diagnosis });
    const error = { code: 'GRADIENT_NOT_FINITE', message: 'm', exitCode: 4 };
    return { trial, result: i % 3 === 0 ? record.result(trial.flags, 2, error) : record.result(trial.flags, 2) };
  });
  return formatLabPage(experiment, outcomes);
}

describe.skipIf(!isThere)('pages', () => {
  let browser: Browser;
  const pages = {
    'diagnosis.html': () => {
      const path = 'runs/a-rather-long-run-name-20260101T000000Z/checkpoints/step-00000500';
      return formatDiagnosisPage({ path, step: 500, cell: 'lstm', ...lookAtLstm() });
    },
    'lab.html': labPage,
  };

  beforeAll(async () => {
    for (const [name, format] of Object.entries(pages)) writeFileSync(join(folder, name), format());
    browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  });
  afterAll(() => browser.close());

  const looks = [
    ['a desk', 1280, 'light'],
    ['a desk', 1280, 'dark'],
    ['a phone', 390, 'light'],
    ['a phone', 390, 'dark'],
  ] as const;
  it.each(Object.keys(pages).flatMap((name) => looks.map((look) => [name, ...look] as const)))(
    '%s fits %s of %i pixels, %s',
    async (name, _, width, colorScheme) => {
      const page = await browser.newPage({ viewport: { width, height: 800 }, colorScheme });
      const said: string[] = [];
      const asked: string[] = [];
      page.on('console', (message) => said.push(message.text()));
      page.on('pageerror', (error) => said.push(String(error)));
      page.on('request', (request) => asked.push(request.url()));
      const url = pathToFileURL(join(folder, name)).href;
      await page.goto(url);
      const [content, visible] = (await page.evaluate(
        '[document.documentElement.scrollWidth, document.documentElement.clientWidth]',
      )) as [number, number];
      expect(content).toBeLessThanOrEqual(visible);
      expect(asked).toEqual([url]);
      expect(said).toEqual([]);
      const [text, back] = (await page.evaluate(
        '[getComputedStyle(document.body).color, getComputedStyle(document.body).backgroundColor]',
      )) as [string, string];
      expect(brightness(text) > brightness(back)).toBe(colorScheme === 'dark');
      await page.close();
    },
  );
});

function brightness(colour: string): number {
  return (colour.match(/\d+/g) ?? []).slice(0, 3).reduce((sum, part) => sum + Number(part), 0);
}
