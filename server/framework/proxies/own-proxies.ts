import { join } from "node:path";
import { failpointEnv } from "#server/env";
import { socketAddress } from "#server/protocol/connection-transport";
import { isMailbox } from "#server/protocol/reach";
import type { FrameworkContext } from "../context";
import { listProxied, replaceProxy } from "../exchange/find-remote-attempt";
import { awaitsConsent } from "../exchange/remote-attempt";
import type { Execution, ExecutionOwner } from "../execution/execution";
import { lockRunOfStep } from "../orchestrator/settle-attempt";
import { restoreBar } from "../restore/standing";
import type { TaskSpec } from "../runtime/runtime";
import { proxyNameOf, proxyTokenOf } from "./proxy";
import { queueProxy } from "./queue-proxy";

/** How a proxy app is started: it gets the address of its own gateway and a token for nothing but what it stands for. */
export async function proxySpec(ctx: FrameworkContext, build: string, execution: Execution): Promise<TaskSpec> {
  return {
    name: execution.name,
    command: [process.execPath, "--max-old-space-size=48", "--max-semi-space-size=1", join(build, "proxy.mjs")],
    cwd: "/",
    environment: {
      PATH: "/usr/local/bin:/usr/bin:/bin",
      LANG: "C.UTF-8",
      ...failpointEnv(),
      PROXY_GATEWAY: isMailbox(ctx.url) ? socketAddress(ctx.folder) : ctx.url,
      PROXY_ID: execution.name,
      PROXY_TOKEN: proxyTokenOf(ctx.keys.proxySecret, execution.name),
    },
    durationSeconds: execution.limits.durationSeconds,
    logBytes: ctx.logBytes,
    graceSeconds: 2,
  };
}

const longestDelayMs = 60_000;

/** A proxy that is gone while something that it stands for is not is made again under a new name. */
export const proxyOwner: ExecutionOwner = {
  mayNotStart: (ctx) => restoreBar(ctx),
  started: async () => undefined,
  ended: async (ctx, _db, execution) => {
    // An attempt that joins this proxy now does so under the same lock, and finds it ended or is found here.
    if (execution.stepRunId) await lockRunOfStep(ctx, execution.stepRunId);
    const open = (await listProxied(ctx, execution.name)).filter((row) => row.state !== "ENDED" && !awaitsConsent(row));
    const [first] = open;
    if (!first) return;
    const name = proxyNameOf(first.proxyGroup, first.proxyCount + 1);
    for (const row of open) await replaceProxy(ctx, row, name);
    await queueProxy(ctx, first, name, Math.min(longestDelayMs, 250 * 2 ** Math.min(first.proxyCount, 10)));
  },
};
