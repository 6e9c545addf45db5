import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { connect } from "#server/db/connect";
import { Listener } from "#server/db/listen";
import { frameworkEnv } from "#server/env";
import { KrdcError } from "#server/errors";
import { log } from "#server/log";
import { thumbprintOf } from "#server/protocol/keys";
import type { FrameworkContext } from "./context";
import { findHubKey } from "./identity/find-hub-key";
import { loadOwnKey, writeFingerprint } from "./identity/own-key";
import { ProcessRuntime } from "./runtime/process/process-runtime";
import { endFramework, startFramework } from "./start-framework";

const env = frameworkEnv();
const stopping = new AbortController();

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

async function main(): Promise<void> {
  const { ctx, close, uid } = await build();
  const title = { ko: env.FRAMEWORK_TITLE_KO, en: env.FRAMEWORK_TITLE_EN };
  const running = await startFramework(ctx, {
    build: env.KRDC_BUILD,
    host: env.FRAMEWORK_HOST,
    port: env.FRAMEWORK_PORT,
    self: { uid, title, joinToken: env.FRAMEWORK_JOIN_TOKEN },
  });
  log.info({ name: ctx.name, url: ctx.url }, "framework is up");

  let isEnding = false;
  const end = async () => {
    if (isEnding) return;
    isEnding = true;
    log.info({ name: ctx.name }, "framework is ending");
    stopping.abort();
    await endFramework(ctx, running);
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
