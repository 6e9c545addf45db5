import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { clockOf } from "#server/clock";
import { connect } from "#server/db/connect";
import { Listener } from "#server/db/listen";
import type { FrameworkEnv } from "#server/env";
import { KrdcError } from "#server/errors";
import { log } from "#server/log";
import { thumbprintOf } from "#server/protocol/keys";
import type { FrameworkContext } from "./context";
import { findHubKey } from "./identity/find-hub-key";
import { Freshness } from "./identity/freshness";
import { keepHubKey, readKeptHubKey } from "./identity/keep-hub-key";
import { loadOwnKey, writeFingerprint } from "./identity/own-key";
import { OwnerDoor } from "./owner-page/owner-door";
import { ProcessRuntime } from "./runtime/process/process-runtime";
import { endFramework, startFramework } from "./start-framework";
import { timingOf } from "./timing";

const stopping = new AbortController();

/** A framework outlives its hub, but its first start needs the hub's key once; until then it waits. */
async function waitForHubKey(env: FrameworkEnv) {
  const kept = await readKeptHubKey(env.FRAMEWORK_HOME, env.HUB_JWKS_THUMBPRINT);
  if (kept) return kept;
  for (;;) {
    try {
      const found = await findHubKey(env.KRDC_HUB_URL, env.HUB_JWKS_THUMBPRINT);
      await keepHubKey(env.FRAMEWORK_HOME, found);
      return found;
    } catch (error) {
      if (!(error instanceof KrdcError) || !error.retryable) throw error;
      log.info({ hub: env.KRDC_HUB_URL }, "waiting for the hub");
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
}

/** No issuer, no owner's page: then the operator's key alone decides. */
function ownerDoorOf(env: FrameworkEnv): OwnerDoor {
  const { FRAMEWORK_OIDC_ISSUER: issuer, FRAMEWORK_NAME: name } = env;
  const clientId = env.FRAMEWORK_OIDC_CLIENT_ID || `krdc-framework-${name}`;
  const clientSecret = env.FRAMEWORK_OIDC_CLIENT_SECRET ?? "";
  return new OwnerDoor(issuer ? { issuer, clientId, clientSecret } : undefined, `operator:${name}`);
}

async function build(env: FrameworkEnv): Promise<{ ctx: FrameworkContext; close: () => Promise<void>; uid: string }> {
  const clock = clockOf(env.KRDC_CLOCK);
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
    now: clock.now,
    log,
    name: env.FRAMEWORK_NAME,
    url: env.FRAMEWORK_URL,
    folder: env.FRAMEWORK_HOME,
    operatorKeyFile: env.FRAMEWORK_OPERATOR_KEY_FILE,
    key,
    jkt: await thumbprintOf({ kty: key.kty, crv: key.crv, x: key.x, y: key.y }),
    hub: { url: env.KRDC_HUB_URL, key: await waitForHubKey(env) },
    runtime,
    signals,
    slots: env.FRAMEWORK_SLOTS,
    proxies: env.FRAMEWORK_PROXIES,
    logBytes: env.FRAMEWORK_LOG_BYTES,
    timing: timingOf(clock.scale),
    freshness: new Freshness(),
    owner: ownerDoorOf(env),
    stopping: stopping.signal,
  };
  const close = async () => {
    await signals.stop();
    await runtime.close();
    await pool.end();
  };
  return { ctx, close, uid };
}

/** Serves until it is told to end. */
export async function runService(env: FrameworkEnv): Promise<void> {
  const { ctx, close, uid } = await build(env);
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
