// Waiting for what no event tells.

/** Asks again and again, until there is an answer; throws after the deadline. */
export async function untilSome<Value>(
  ask: () => Value | undefined | Promise<Value | undefined>,
  deadlineMs: number,
): Promise<Value> {
  for (const end = Date.now() + deadlineMs; Date.now() < end;) {
    const found = await ask();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`nothing came within ${deadlineMs} ms`);
}
