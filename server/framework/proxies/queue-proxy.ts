import type { FrameworkContext } from "../context";
import { queueExecution } from "../execution/queue-execution";

const proxyLimits = {
  cpuMillis: 50,
  memoryBytes: 64 * 1024 * 1024,
  gpu: 0,
  durationSeconds: 40 * 86400,
  outputBytes: 1,
};

/** Queues a proxy app under its name; asking again changes nothing. Call inside a transaction. */
export async function queueProxy(
  ctx: FrameworkContext,
  remote: { runKey: string; attempt: number; stepRunId: string; host: string },
  name: string,
  delayMs = 0,
): Promise<void> {
  const { runKey, attempt, stepRunId, host } = remote;
  await queueExecution(ctx, { name, kind: "proxy", runKey, attempt, stepRunId, host, limits: proxyLimits }, delayMs);
}
