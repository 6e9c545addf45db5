import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { connect } from "#server/db/connect";
import { Listener } from "#server/db/listen";
import { frameworkEnv } from "#server/env";
import { KrdcError } from "#server/errors";
import { log } from "#server/log";
import { thumbprintOf } from "#server/protocol/keys";
import { startBuilder } from "./apps/register-app";
import type { FrameworkContext } from "./context";
import { startFollowing } from "./exchange/follow-hosts";
import { listLive } from "./execution/queue-execution";
import { interruptExecutions, startExecutor } from "./execution/start-executor";
import { createGateway } from "./gateway/serve";
import { hostedOwner } from "./hosting/end-hosted-runs";
import { startHeartbeats } from "./identity/enrol";
import { findHubKey } from "./identity/find-hub-key";
import { loadOwnKey, writeFingerprint } from "./identity/own-key";
import { localOwner, startOrchestrator, startReporting } from "./orchestrator/start-orchestrator";
import { proxyOwner, proxySpec } from "./proxies/own-proxies";
import { ProcessRuntime } from "./runtime/process/process-runtime";

const env = frameworkEnv();
const stopping = new AbortController();
const interruptMs = 6000;

/** A framework outlives its hub, but its first start needs the hub's key once; until then it waits. */
async function waitForHubKey() {
  for (;;) {
    try {
      return await findHubKey(env.KRDC_HUB_URL, env.HUB_JWKS_THUMBPRINT);
    } catch (error) {
      if (!(error instanceof KrdcError) || !error.retryable) throw error;
      log.info({ hub: env.KRDC_HUB_URL }, "waiting for the hub");
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
}

async function build(): Promise<{ ctx: FrameworkContext; close: () => Promise<void>; uid: string }> {
  await mkdir(env.FRAMEWORK_HOME, { recursive: true, mode: 0o700 });
  const { key, uid } = await loadOwnKey(env.FRAMEWORK_HOME);
  await writeFingerprint(env.FRAMEWORK_HOME, key);
  const { db, pool } = connect(env.FRAMEWORK_DATABASE_URL, 24);
  const signals = new Listener(env.FRAMEWORK_DATABASE_URL, ["krdc_work", "krdc_run", "krdc_remote", "krdc_hosted"]);
  await signals.start();
  const supervisor = join(env.KRDC_BUILD, "supervisor.py");
  const runtime = await ProcessRuntime.open(join(env.FRAMEWORK_HOME, "runtime"), { supervisor, path: env.PATH });
  const ctx: FrameworkContext = {
    db,
    now: () => new Date(),
    log,
    name: env.FRAMEWORK_NAME,
    url: env.FRAMEWORK_URL,
    folder: env.FRAMEWORK_HOME,
    operatorKeyFile: env.FRAMEWORK_OPERATOR_KEY_FILE,
    key,
    jkt: await thumbprintOf({ kty: key.kty, crv: key.crv, x: key.x, y: key.y }),
    hub: { url: env.KRDC_HUB_URL, key: await waitForHubKey() },
    runtime,
    signals,
    slots: env.FRAMEWORK_SLOTS,
    proxies: env.FRAMEWORK_PROXIES,
    logBytes: env.FRAMEWORK_LOG_BYTES,
    stopping: stopping.signal,
  };
  const close = async () => {
    await signals.stop();
    await runtime.close();
    await pool.end();
  };
  return { ctx, close, uid };
}

async function untilIdle(ctx: FrameworkContext): Promise<void> {
  const until = Date.now() + interruptMs;
  while (Date.now() < until) {
    const live = await listLive(ctx);
    if (live.every((execution) => execution.state === "QUEUED")) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function main(): Promise<void> {
  const { ctx, close, uid } = await build();
  const server = createGateway(ctx);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(env.FRAMEWORK_PORT, env.FRAMEWORK_HOST, resolve);
  });
  const owners = { local: localOwner, hosted: hostedOwner, proxy: proxyOwner };
  const parts = {
    owners,
    proxySpec: (inside: FrameworkContext, execution: Parameters<typeof proxySpec>[2]) =>
      proxySpec(inside, env.KRDC_BUILD, execution),
  };
  const stops = [await startExecutor(ctx, parts), await startOrchestrator(ctx), await startBuilder(ctx)];
  const title = { ko: env.FRAMEWORK_TITLE_KO, en: env.FRAMEWORK_TITLE_EN };
  const ends = [
    startFollowing(ctx),
    startReporting(ctx),
    startHeartbeats(ctx, { uid, title, joinToken: env.FRAMEWORK_JOIN_TOKEN }),
  ];
  log.info({ name: ctx.name, url: ctx.url }, "framework is up");

  let isEnding = false;
  const end = async () => {
    if (isEnding) return;
    isEnding = true;
    log.info({ name: ctx.name }, "framework is ending");
    const [stopExecutor, ...others] = stops;
    // No step starts another attempt while the running ones are being interrupted; the executor writes down their ends.
    stopping.abort();
    server.close();
    for (const stop of ends) stop();
    await Promise.allSettled(others.map((stop) => stop()));
    await interruptExecutions(ctx).catch((error: unknown) => log.warn({ error }, "running apps were not told"));
    await untilIdle(ctx).catch(() => undefined);
    await stopExecutor?.();
    await close();
    process.exit(0);
  };
  process.on("SIGTERM", end);
  process.on("SIGINT", end);
}

main().catch((error: unknown) => {
  log.fatal({ error }, "the framework could not start");
  process.exit(1);
});
