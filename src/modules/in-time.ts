// A deadline for what a user's code promises.

/** Waits for `promise`, but no longer than `waitMs`; then throws what `late` makes. */
export async function inTime<T>(promise: PromiseLike<T>, waitMs: number, late: () => Error): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(late()), waitMs);
  });
  try {
    return await Promise.race([promise, deadline]);
  } finally {
    clearTimeout(timer);
  }
}
