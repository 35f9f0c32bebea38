// The examples of one split of a user's own data, one after the other; a step that never ends is an error.
import { ConfigError } from '../errors.js';
import { describeThrown } from '../modules/import-module.js';
import { inTime } from '../modules/in-time.js';
import type { IndexedExamples } from './define-data.js';
import { show } from './encode-example.js';

/** How long the user's code may take for one example, where it promises it. */
export const exampleDeadlineMs = 60_000;

/** Examples between two pauses, in which signals and timers have their turn. */
const examplesBetweenPauses = 256;

/**
 * Yields the examples of `split`, unchecked. `place` names the split in messages.
 * Throws ConfigError DATA_DEFINITION, DATA_FAILED with what the user's code threw, DATA_TIMEOUT.
 */
export async function* readExamples(split: unknown, place: string, waitMs = exampleDeadlineMs): AsyncGenerator {
  let taken = 0;
  const ask = async (code: () => unknown): Promise<unknown> => askUser(code, `${place}[${taken}]`, waitMs);
  const examples = typeof split === 'function' ? await askUser(split as () => unknown, place, waitMs) : split;
  const source = openExamples(examples, place);
  try {
    for (;;) {
      const next = (await ask(() => source.next(taken))) as IteratorResult<unknown>;
      if (typeof next !== 'object' || next === null)
        throw new ConfigError(
          'DATA_DEFINITION',
          `${place}: its iterator gave ${show(next)} in place of { done, value }.`,
        );
      if (next.done === true) return;
      yield next.value;
      taken += 1;
      if (taken % examplesBetweenPauses === 0) await new Promise((resolve) => setImmediate(resolve));
    }
  } finally {
    source.close();
  }
}

interface Source {
  next(index: number): unknown;
  close(): void;
}

function openExamples(examples: unknown, place: string): Source {
  if (typeof examples === 'object' && examples !== null) {
    if (Symbol.asyncIterator in examples)
      return fromIterator((examples as AsyncIterable<unknown>)[Symbol.asyncIterator]());
    if (Symbol.iterator in examples) return fromIterator((examples as Iterable<unknown>)[Symbol.iterator]());
    if (isIndexed(examples)) return fromIndex(examples);
  }
  const wanted = 'an array, something that can be iterated (async too), or { length, example(index) }';
  throw new ConfigError('DATA_DEFINITION', `${place} must be ${wanted}, got ${show(examples)}.`);
}

function isIndexed(examples: object): examples is IndexedExamples {
  const { length, example } = examples as Partial<IndexedExamples>;
  return Number.isSafeInteger(length) && length! >= 0 && typeof example === 'function';
}

function fromIndex(examples: IndexedExamples): Source {
  return {
    next: (index) => {
      if (index === examples.length) return { done: true, value: undefined };
      const value = examples.example(index);
      return isPromise(value) ? value.then((made) => ({ done: false, value: made })) : { done: false, value };
    },
    close: () => undefined,
  };
}

function fromIterator(iterator: Iterator<unknown> | AsyncIterator<unknown>): Source {
  return {
    next: () => iterator.next(),
    // Nobody waits: a generator that hangs would hang its own end too.
    close: () => void Promise.resolve(iterator.return?.()).catch(() => undefined),
  };
}

/** Runs the user's code and waits for what it promises; what it throws and a wait without end become errors with a place. */
export async function askUser(code: () => unknown, place: string, waitMs = exampleDeadlineMs): Promise<unknown> {
  try {
    const value = code();
    if (!isPromise(value)) return value;
    return await inTime(value, waitMs, () => {
      const message = `${place}: nothing came within ${waitMs / 1000} s; it waits for something that does not happen.`;
      return new ConfigError('DATA_TIMEOUT', message);
    });
  } catch (cause) {
    if (cause instanceof ConfigError) throw cause;
    throw new ConfigError('DATA_FAILED', `${place} failed: ${describeThrown(cause)}.`, { cause });
  }
}

function isPromise(value: unknown): value is Promise<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}
