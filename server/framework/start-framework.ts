import { chmod } from "node:fs/promises";
import type { Server } from "node:http";
import { startTellingHub } from "./agreements/tell-hub";
import { startBuilder } from "./apps/register-app";
import { askWitnesses } from "./audit/exchange-checkpoints";
import { startAuditing } from "./audit/start-auditing";
import type { FrameworkContext } from "./context";
import { startFollowing } from "./exchange/follow-hosts";
import { listLive } from "./execution/queue-execution";
import { interruptExecutions, startExecutor } from "./execution/start-executor";
import { createGateway } from "./gateway/serve";
import { hostedOwner } from "./hosting/own-hosted-runs";
import { startWatching } from "./hosting/watch-hosted-runs";
import { type Self, startHeartbeats } from "./identity/enrol";
import { startPollingStatus } from "./identity/poll-status";
import { localOwner, startOrchestrator, startReporting } from "./orchestrator/start-orchestrator";
import { proxyOwner, proxySpec } from "./proxies/own-proxies";
import { clearSocket } from "./reach/clear-socket";
import { startTaking } from "./reach/start-taking";
import { rememberHead } from "./restore/remember-head";
import { startSettling } from "./restore/start-settling";

/** Where the gateway is served: at a port, or for this machine alone at a socket in the framework's own folder. */
export type Listen = { host: string; port: number } | { socket: string };

export type FrameworkParts = { build: string; listen: Listen; self: Self };

export type RunningFramework = {
  server: Server;
  stopExecutor: () => Promise<void>;
  /** Loops that start things, and timers that only tell others. */
  stopLoops: (() => Promise<void>)[];
  stopTimers: (() => void)[];
};

const interruptMs = 6000;

async function listen(server: Server, at: Listen): Promise<void> {
  if ("socket" in at) await clearSocket(at.socket);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    if ("socket" in at) server.listen({ path: at.socket }, resolve);
    else server.listen(at.port, at.host, resolve);
  });
  if ("socket" in at) await chmod(at.socket, 0o600);
}

/** Opens the gateway and starts every loop over one context; `ctx.stopping` is ended by whoever made it. */
export async function startFramework(ctx: FrameworkContext, parts: FrameworkParts): Promise<RunningFramework> {
  // Before any door opens or anything begins it is known whether the database was set back.
  await rememberHead(ctx);
  const server = createGateway(ctx);
  await listen(server, parts.listen);
  // Our own apps wait for this a moment; the door is open meanwhile, because others ask us the same.
  askWitnesses(ctx).catch((error: unknown) =>
    ctx.log.warn({ error }, "the others were not asked how far they know us"),
  );
  const stopExecutor = await startExecutor(ctx, {
    owners: { local: localOwner, hosted: hostedOwner, proxy: proxyOwner },
    proxySpec: (inside, execution) => proxySpec(inside, parts.build, execution),
  });
  const stopLoops = [await startOrchestrator(ctx), await startBuilder(ctx)];
  const stopTimers = [
    startPollingStatus(ctx),
    startWatching(ctx),
    startTaking(ctx, server),
    startTellingHub(ctx),
    startFollowing(ctx),
    startReporting(ctx),
    startHeartbeats(ctx, parts.self),
    startAuditing(ctx),
    startSettling(ctx),
  ];
  return { server, stopExecutor, stopLoops, stopTimers };
}

async function untilIdle(ctx: FrameworkContext): Promise<void> {
  const until = Date.now() + interruptMs;
  while (Date.now() < until) {
    const live = await listLive(ctx);
    if (live.every((execution) => execution.state === "QUEUED")) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/**
 * Ends in order, `ctx.stopping` being aborted already: no step starts another attempt while the running ones are being
 * interrupted, and the executor writes down their ends.
 */
export async function endFramework(ctx: FrameworkContext, running: RunningFramework): Promise<void> {
  running.server.close();
  for (const stop of running.stopTimers) stop();
  await Promise.allSettled(running.stopLoops.map((stop) => stop()));
  await interruptExecutions(ctx).catch((error: unknown) => ctx.log.warn({ error }, "running apps were not told"));
  await untilIdle(ctx).catch(() => undefined);
  await running.stopExecutor();
}
