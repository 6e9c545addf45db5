import { join } from "node:path";
import type { FrameworkContext } from "../context";
import { findProxied, findRemoteAttempt, replaceProxy } from "../exchange/find-remote-attempt";
import type { Execution, ExecutionOwner } from "../execution/execution";
import type { TaskSpec } from "../runtime/runtime";
import { proxyNameOf, queueProxy } from "./queue-proxy";

/** How a proxy app is started: it gets the address of its own gateway and a token for nothing but its own attempt. */
export async function proxySpec(ctx: FrameworkContext, build: string, execution: Execution): Promise<TaskSpec> {
  const row = await findProxied(ctx, execution.name);
  return {
    name: execution.name,
    command: [process.execPath, "--max-old-space-size=48", "--max-semi-space-size=1", join(build, "proxy.mjs")],
    cwd: "/",
    environment: {
      PATH: "/usr/local/bin:/usr/bin:/bin",
      LANG: "C.UTF-8",
      PROXY_GATEWAY: ctx.url,
      PROXY_ID: execution.name,
      PROXY_TOKEN: row?.proxyToken ?? "this attempt has another proxy",
    },
    durationSeconds: execution.limits.durationSeconds,
    logBytes: ctx.logBytes,
    graceSeconds: 2,
  };
}

const longestDelayMs = 60_000;

/** A proxy that is gone while its attempt is not is made again under a new name. */
export const proxyOwner: ExecutionOwner = {
  mayNotStart: async () => undefined,
  started: async () => undefined,
  ended: async (ctx, _db, execution) => {
    const row = await findRemoteAttempt(ctx, execution);
    if (!row || row.state === "ENDED" || row.proxyName !== execution.name) return;
    const name = proxyNameOf(row, row.proxyCount + 1);
    await replaceProxy(ctx, row, name);
    await queueProxy(ctx, row, name, Math.min(longestDelayMs, 250 * 2 ** Math.min(row.proxyCount, 10)));
  },
};
