import type { EventEmitter } from "node:events";
import type { Log } from "#server/log";

type Loop<T> = {
  name: string;
  /** Takes one due row for itself, or nothing. */
  claim: () => Promise<T | undefined>;
  work: (item: T) => Promise<void>;
  /** Keeps the row ours while the work goes on. */
  renew: (item: T) => Promise<void>;
  /** Gives the row back after a failure, to be tried again a little later. */
  release: (item: T, retryInMs: number) => Promise<void>;
  parallel: number;
};

export const leaseMs = 30_000;
const slowPollMs = 1000;
const retryMs = 1500;

/**
 * Claims due rows and works on them, woken by notifications and by a slow poll for what no notification told.
 * Returns a function that stops claiming and waits for what is under way.
 */
export function startWorkLoop<T>(signals: EventEmitter, log: Log, loop: Loop<T>): () => Promise<void> {
  const active = new Set<Promise<void>>();
  let isStopped = false;
  let isPumping = false;
  let isAskedAgain = false;

  const run = async (item: T) => {
    const renewal = setInterval(() => loop.renew(item).catch(() => undefined), leaseMs / 3);
    try {
      await loop.work(item);
    } catch (error) {
      log.error({ loop: loop.name, error }, "work failed and will be tried again");
      await loop.release(item, retryMs).catch(() => undefined);
    } finally {
      clearInterval(renewal);
    }
  };

  const fill = async () => {
    while (!isStopped && active.size < loop.parallel) {
      const item = await loop.claim();
      if (item === undefined) return;
      const job: Promise<void> = run(item).finally(() => {
        active.delete(job);
        pump();
      });
      active.add(job);
    }
  };

  function pump(): void {
    isAskedAgain = true;
    if (isPumping || isStopped) return;
    isPumping = true;
    void (async () => {
      while (isAskedAgain && !isStopped) {
        isAskedAgain = false;
        await fill().catch((error: unknown) => log.warn({ loop: loop.name, error }, "claiming failed"));
      }
      isPumping = false;
    })();
  }

  const poll = setInterval(pump, slowPollMs);
  signals.on("krdc_work", pump);
  signals.on("*", pump);
  pump();
  return async () => {
    isStopped = true;
    clearInterval(poll);
    signals.off("krdc_work", pump);
    signals.off("*", pump);
    await Promise.allSettled([...active]);
  };
}
