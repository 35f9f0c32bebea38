// Vectors that two threads see at once.

/** Where malloc puts a large block: 16 bytes into a page. A copy whose source and target differ by that much is 4 times slower. */
const mallocHeaderBytes = 16;
const lineBytes = 64;

/** Makes a vector of zeros in shared memory: posting it to a thread copies nothing. Who may write when is the owners' affair. */
export function createSharedVector(length: number): Float32Array {
  const skipped = lineBytes - mallocHeaderBytes;
  return new Float32Array(new SharedArrayBuffer(skipped + 4 * length), skipped, length);
}
