// Text from a model of text, a character at a time: the state is carried, so a character costs one step however long the text is.
import { ConfigError } from '../errors.js';
import type { Network } from '../model/network.js';
import { carriedSize } from '../params/model-spec.js';
import { randomStream, type RandomStream } from '../random/random-stream.js';
import { largestOf, softmax } from './decode-outputs.js';
import { encodeText } from './encode-inputs.js';
import type { GenerateOptions } from './generate-options.js';
import type { StoredModel } from './stored-model.js';

/**
 * Generates characters, one by one, without the prompt.
 * Throws ConfigError GENERATE_OPTIONS, GENERATE_MODEL for a model that is not one of text in one direction, or is normalised step by step, PREDICT_INPUT for an unknown character.
 */
export function* generateText(model: StoredModel, network: Network, options: GenerateOptions): Generator<string> {
  const { prompt, length = 500, temperature = 1, seed = 42 } = options;
  if (!(length >= 0 && temperature >= 0 && Number.isFinite(temperature))) {
    const message = `length and temperature must be numbers from 0, got ${length} and ${temperature}.`;
    throw new ConfigError('GENERATE_OPTIONS', message);
  }
  const characters = charactersOf(model);
  const { outputSize } = model.spec;
  const random = randomStream(seed, 'generate');
  let inputs = Int32Array.from(encodeText(model, prompt || defaultPrompt(characters)));
  let carried: Float32Array = new Float32Array(carriedSize(model.spec, 1));
  for (let i = 0; i < length; i++) {
    const steps = inputs.length;
    const result = network.predict({ rows: 1, steps, lengths: Int32Array.of(steps), inputs, carried });
    const id = choose(result.outputs.subarray(-outputSize), temperature, random);
    yield characters[id]!;
    inputs = Int32Array.of(id);
    carried = result.carried!;
  }
}

function charactersOf({ spec, preprocessing }: StoredModel): string[] {
  const { vocabulary } = preprocessing ?? {};
  const isByStep = spec.norm === 'batch-step';
  if (vocabulary !== undefined && !spec.bidirectional && !isByStep) return Array.from(vocabulary);
  const got =
    vocabulary === undefined
      ? 'one of other data'
      : isByStep
        ? 'one that is normalised by the time steps of a sequence, counted from its start'
        : 'one that reads the text both ways';
  throw new ConfigError(
    'GENERATE_MODEL',
    `Only a model of text (--data text) in one direction can generate; the checkpoint holds ${got}.`,
  );
}

function defaultPrompt(characters: readonly string[]): string {
  return characters.includes('\n') ? '\n' : characters[0]!;
}

/** Draws an index from the softmax of `logits` at a temperature. */
function choose(logits: Float32Array, temperature: number, random: RandomStream): number {
  if (temperature === 0) return largestOf(logits);
  const probabilities = softmax(logits, temperature);
  let left = random.uniform();
  const drawn = probabilities.findIndex((probability) => (left -= probability) < 0);
  return drawn >= 0 ? drawn : largestOf(logits); // rounding left the last one out
}
