/** Asks again until there is an answer; undefined when none came in time. */
export async function waitUntil<T>(
  ask: () => Promise<T | undefined> | T | undefined,
  { timeoutMs, intervalMs = 100, signal }: { timeoutMs: number; intervalMs?: number; signal?: AbortSignal },
): Promise<T | undefined> {
  const end = performance.now() + timeoutMs;
  while (!signal?.aborted) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (performance.now() >= end) return undefined;
    await new Promise((resolve) => setTimeout(resolve, intervalMs));
  }
  return undefined;
}

/** "ok" for 200, else what came instead: another status, or that nobody listens yet. */
export async function probe(url: string): Promise<string> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(5_000), redirect: "error" });
    const text = await response.text();
    return response.status === 200 ? "ok" : `${response.status} ${text.slice(0, 300)}`;
  } catch (error) {
    return error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
  }
}
