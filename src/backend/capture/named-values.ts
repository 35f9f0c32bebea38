// Tensors and numbers in nested objects and arrays, by name: `{ layers: [{ bias }] }` holds `layers.0.bias`.
import type { Tensor } from '@tensorflow/tfjs';

export type NamedValues = ReadonlyMap<string, Tensor | number>;

/** Lists the tensors and numbers of `tree` in its order. Throws a TypeError at anything else. */
export function namedValues(tree: object): NamedValues {
  const values = new Map<string, Tensor | number>();
  visit(tree, '', values);
  return values;
}

function visit(value: unknown, name: string, values: Map<string, Tensor | number>): void {
  if (typeof value === 'number' || isTensor(value)) values.set(name, value);
  else if (isContainer(value)) {
    for (const [key, child] of Object.entries(value)) visit(child, name === '' ? key : `${name}.${key}`, values);
  } else if (value !== undefined) {
    throw new TypeError(`${name} is neither a tensor nor a number, nor an object or array of such.`);
  }
}

/** Makes a tree like `tree` with the values of `values` in the places of its own. */
export function replaceValues<Tree extends object>(tree: Tree, values: NamedValues): Tree {
  const replace = (value: unknown, name: string): unknown => {
    if (values.has(name)) return values.get(name);
    if (Array.isArray(value)) return value.map((child, index) => replace(child, join(name, String(index))));
    if (!isContainer(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, replace(child, join(name, key))]));
  };
  return replace(tree, '') as Tree;
}

const join = (name: string, key: string): string => (name === '' ? key : `${name}.${key}`);

function isTensor(value: unknown): value is Tensor {
  return typeof value === 'object' && value !== null && 'dataId' in value;
}

function isContainer(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !(value instanceof Promise);
}
