/** Asks again until the condition holds; a test that waits in vain says for what. */
export async function until<T>(
  what: string,
  ask: () => Promise<T | undefined | false> | T | undefined | false,
  withinMs = 15_000,
): Promise<T> {
  const end = Date.now() + withinMs;
  // Short waits are noticed at once, long ones do not keep the machine busy with asking.
  for (let pauseMs = 10; ; pauseMs = Math.min(pauseMs * 1.3, 200)) {
    const found = await ask();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > end) throw new Error(`waited ${withinMs} ms in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}
