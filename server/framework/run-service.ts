import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { clockOf } from "#server/clock";
import { connect } from "#server/db/connect";
import { Listener } from "#server/db/listen";
import type { FrameworkEnv } from "#server/env";
import { log } from "#server/log";
import { gatewaySocket } from "#server/protocol/connection-transport";
import { mailboxOf } from "#server/protocol/reach";
import type { FrameworkContext } from "./context";
import { loadEncryptionKey } from "./identity/encryption-key";
import { Freshness } from "./identity/freshness";
import { openHubKeys } from "./keys/follow-hub";
import type { HubKeys } from "./keys/hub-keys";
import { OwnKeys } from "./keys/own-keys";
import { OwnerDoor } from "./owner-page/owner-door";
import { Reach } from "./reach/reach";
import { ProcessRuntime } from "./runtime/process/process-runtime";
import { endFramework, type Listen, startFramework } from "./start-framework";
import { type Timing, timingOf } from "./timing";

const stopping = new AbortController();

const addressOf = (env: FrameworkEnv) => env.FRAMEWORK_URL ?? mailboxOf(env.FRAMEWORK_NAME);

const listenOf = (env: FrameworkEnv): Listen =>
  env.FRAMEWORK_PORT === undefined
    ? { socket: gatewaySocket(env.FRAMEWORK_HOME) }
    : { host: env.FRAMEWORK_HOST, port: env.FRAMEWORK_PORT };

/** No issuer, or no address that a browser could open: no owner's page, then the operator's key alone decides. */
function ownerDoorOf(env: FrameworkEnv): OwnerDoor {
  const { FRAMEWORK_OIDC_ISSUER: issuer, FRAMEWORK_NAME: name } = env;
  const clientId = env.FRAMEWORK_OIDC_CLIENT_ID || `krdc-framework-${name}`;
  const clientSecret = env.FRAMEWORK_OIDC_CLIENT_SECRET ?? "";
  return new OwnerDoor(
    issuer && env.FRAMEWORK_URL ? { issuer, clientId, clientSecret } : undefined,
    `operator:${name}`,
  );
}

function hubKeysOf(env: FrameworkEnv, now: () => Date, timing: Timing): Promise<HubKeys> {
  const { KRDC_HUB_URL: url, FRAMEWORK_HOME: folder, HUB_JWKS_THUMBPRINT: thumbprint } = env;
  const waiting = () => log.info({ hub: url }, "waiting for the hub");
  return openHubKeys({ url, now, timing, log }, { folder, thumbprint, waiting });
}

async function build(env: FrameworkEnv): Promise<{ ctx: FrameworkContext; close: () => Promise<void>; uid: string }> {
  const clock = clockOf(env.KRDC_CLOCK);
  await mkdir(env.FRAMEWORK_HOME, { recursive: true, mode: 0o700 });
  const timing = timingOf(clock.scale);
  const keys = await OwnKeys.open(env.FRAMEWORK_HOME, { now: clock.now, timing });
  await keys.writeFingerprint();
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
    url: addressOf(env),
    folder: env.FRAMEWORK_HOME,
    operatorKeyFile: env.FRAMEWORK_OPERATOR_KEY_FILE,
    keys,
    get key() {
      return keys.present.key;
    },
    get jkt() {
      return keys.present.jkt;
    },
    hub: { url: env.KRDC_HUB_URL, keys: await hubKeysOf(env, clock.now, timing) },
    runtime,
    signals,
    slots: env.FRAMEWORK_SLOTS,
    proxies: env.FRAMEWORK_PROXIES,
    logBytes: env.FRAMEWORK_LOG_BYTES,
    timing,
    freshness: new Freshness(),
    past: { beganAt: clock.now(), isAsked: false },
    reach: new Reach(await loadEncryptionKey(env.FRAMEWORK_HOME)),
    owner: ownerDoorOf(env),
    stopping: stopping.signal,
  };
  const close = async () => {
    await signals.stop();
    await runtime.close();
    await pool.end();
  };
  return { ctx, close, uid: keys.uid };
}

/** Serves until it is told to end. */
export async function runService(env: FrameworkEnv): Promise<void> {
  const { ctx, close, uid } = await build(env);
  const title = { ko: env.FRAMEWORK_TITLE_KO, en: env.FRAMEWORK_TITLE_EN };
  const running = await startFramework(ctx, {
    build: env.KRDC_BUILD,
    listen: listenOf(env),
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
