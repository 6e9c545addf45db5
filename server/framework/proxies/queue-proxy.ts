import { attemptName } from "#server/protocol/run-key";
import type { FrameworkContext } from "../context";
import { queueExecution } from "../execution/queue-execution";

const proxyLimits = {
  cpuMillis: 50,
  memoryBytes: 64 * 1024 * 1024,
  gpu: 0,
  durationSeconds: 40 * 86400,
  outputBytes: 1,
};

/** A proxy's name carries its count: one that vanished is made again, because it is only a view. */
export const proxyNameOf = (attempt: { runKey: string; attempt: number }, count: number) =>
  `proxy-${attemptName(attempt.runKey, attempt.attempt).slice(3)}-${count}`;

/** Queues the proxy app that stands here for one remote attempt. Call inside a transaction. */
export async function queueProxy(
  ctx: FrameworkContext,
  remote: { runKey: string; attempt: number; stepRunId: string },
  name: string,
  delayMs = 0,
): Promise<void> {
  const { runKey, attempt, stepRunId } = remote;
  await queueExecution(ctx, { name, kind: "proxy", runKey, attempt, stepRunId, limits: proxyLimits }, delayMs);
}
