// Operations that no graph can stand for: what they return is not a function of their inputs, or has a shape that is.

const dataShaped = new Set(['Where', 'Unique', 'UniqueV2', 'UniqueWithCounts', 'DynamicPartition', 'ListDiff']);
const random = /^(Random|Multinomial|TruncatedNormal|ParameterizedTruncatedNormal)/;
const acting = /Summary|Print|WriteFile|ReadFile|Assign|Variable|Queue|Iterator/;

/** Says what is wrong with the operation `name`, or undefined. */
export function whyUnfit(name: string): string | undefined {
  if (dataShaped.has(name) || name.startsWith('NonMaxSuppression')) return 'the shape of its result depends on data';
  if (random.test(name)) return 'it draws random numbers that no seed of the run fixes';
  if (acting.test(name)) return 'it acts on more than its results';
  return undefined;
}
