import type { FrameworkContext } from "../context";
import { lookUpExecution } from "../execution/queue-execution";
import { proxyGroupOf, proxyNameOf } from "../proxies/proxy";
import { queueProxy } from "../proxies/queue-proxy";
import type { NewRemoteAttempt } from "./remote-attempt";
import { insertRemoteAttempt, selectProxyCount } from "./remote-attempts.repo";

/** The count of the group's proxy that lives, or of the next one. */
export async function proxyCountFor(ctx: FrameworkContext, group: string): Promise<number> {
  const count = await selectProxyCount(ctx.db, group);
  if (count === 0) return 1;
  const newest = await lookUpExecution(ctx, proxyNameOf(group, count));
  return newest?.state === "ENDED" ? count + 1 : count;
}

/** Writes what is to run elsewhere and queues the proxy app that will see to it. Call inside a transaction under the run's lock. */
export async function beginRemoteAttempt(ctx: FrameworkContext, remote: NewRemoteAttempt): Promise<void> {
  const { isScattered, ...row } = remote;
  const proxyGroup = proxyGroupOf(row, isScattered);
  const proxyCount = await proxyCountFor(ctx, proxyGroup);
  const proxyName = proxyNameOf(proxyGroup, proxyCount);
  await insertRemoteAttempt(ctx.db, { ...row, proxyGroup, proxyCount, proxyName, createdAt: ctx.now() });
  await queueProxy(ctx, row, proxyName);
}
