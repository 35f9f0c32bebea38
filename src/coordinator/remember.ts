/** Keeps the last `size` results of a pure function. */
export function remember<Key, Result>(size: number, compute: (key: Key) => Result): (key: Key) => Result {
  const known = new Map<Key, Result>();
  return (key) => {
    const found = known.get(key);
    if (found !== undefined) return found;
    const result = compute(key);
    known.set(key, result);
    for (const oldest of known.keys()) if (known.size > size) known.delete(oldest);
    return result;
  };
}
