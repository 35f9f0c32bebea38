// The norms of a real run's gradients, as `bridle train --record-gradients FILE` writes them, to be played again.
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { ConfigError } from '../errors.js';

const recordSchema = z.object({
  step: z.int().min(1),
  shard: z.int().min(0).max(4095),
  count: z.int().min(1),
  norm: z.number().min(0),
});

export interface RecordedNorms {
  /** The norm of a shard's mean gradient; steps count from 0, steps and shards beyond the recorded ones begin again. */
  normAt(step: number, shard: number): number;
}

/** Reads a file of norms. Throws ConfigError RECORDED_GRADIENTS with the line that is wrong. */
export function readRecordedNorms(path: string): RecordedNorms {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw refuse(path, `it cannot be read (${(cause as NodeJS.ErrnoException).code ?? String(cause)})`, { cause });
  }
  return parseRecordedNorms(text, path);
}

/** Reads the text of such a file; a step that stands there twice counts as it came last. */
export function parseRecordedNorms(text: string, path: string): RecordedNorms {
  const byStep = new Map<number, Map<number, number>>();
  for (const [index, line] of text.split('\n').entries()) {
    if (line === '') continue;
    const { step, shard, count, norm } = readLine(line, `${path}:${index + 1}`);
    const norms = byStep.get(step) ?? new Map<number, number>();
    byStep.set(step, norms.set(shard, norm / count));
  }
  const steps = [...byStep].sort(([a], [b]) => a - b).map(([, norms]) => [...norms.values()]);
  if (steps.length === 0) throw refuse(path, 'it holds no step');
  return {
    normAt: (step, shard) => {
      const norms = steps[step % steps.length] ?? [];
      return norms[shard % norms.length] ?? 0;
    },
  };
}

function readLine(line: string, place: string): z.infer<typeof recordSchema> {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (cause) {
    throw refuse(place, 'the line is not JSON', { cause });
  }
  const parsed = recordSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw refuse(place, z.prettifyError(parsed.error));
}

function refuse(place: string, problem: string, options?: ErrorOptions): ConfigError {
  return new ConfigError(
    'RECORDED_GRADIENTS',
    `--gradients recorded:${place}: ${problem}. Record a run with bridle train --record-gradients FILE.`,
    options,
  );
}
