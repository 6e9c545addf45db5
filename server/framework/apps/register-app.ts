import { open, stat } from "node:fs/promises";
import { KrdcError } from "#server/errors";
import type { BuildView, PortalUser } from "#server/protocol/framework-api";
import type { FrameworkContext } from "../context";
import { storeStream } from "../storage/store";
import { startWorkLoop } from "../work-loop";
import { type Build, claimBuild, insertBuild, selectBuild, selectImage, updateBuild, wakeAllBuilds } from "./apps.repo";
import { buildImage } from "./build-image";
import { buildLogPath } from "./run-tool";

const maxSourceBytes = 100 * 1024 * 1024;

export const mayProvide = (ctx: FrameworkContext, user: PortalUser) => user.roles.includes(`provider:${ctx.name}`);

/** A provider hands in an app's sources; the build itself follows in the background. */
export async function registerApp(
  ctx: FrameworkContext,
  user: PortalUser,
  source: AsyncIterable<Buffer>,
): Promise<{ id: string }> {
  if (!mayProvide(ctx, user)) throw new KrdcError("forbidden", "app.not_a_provider", { detail: { cluster: ctx.name } });
  const stored = await storeStream(ctx.folder, source, { maxBytes: maxSourceBytes });
  const build = await insertBuild(ctx.db, { builtBy: user.sub, sourceSha256: stored.sha256 }, ctx.now());
  return { id: build.id };
}

async function workOnBuild(ctx: FrameworkContext, build: Build): Promise<void> {
  const end = { endedAt: ctx.now(), wakeAt: null, leaseUntil: null };
  try {
    const { digest } = await buildImage(ctx, build);
    await updateBuild(ctx.db, build, { ...end, state: "READY", digest, endedAt: ctx.now() });
  } catch (error) {
    if (!(error instanceof KrdcError) || error.retryable) throw error;
    await updateBuild(ctx.db, build, { ...end, state: "FAILED", reason: { code: error.reason, detail: error.detail } });
  }
}

/** Builds one image at a time: each may use both the network and every core. */
export async function startBuilder(ctx: FrameworkContext): Promise<() => Promise<void>> {
  await wakeAllBuilds(ctx.db, ctx.now());
  return startWorkLoop(ctx.signals, ctx.log, {
    name: "builds",
    parallel: 1,
    claim: () => claimBuild(ctx.db, ctx.now()),
    work: (build) => workOnBuild(ctx, build),
    renew: (build) => updateBuild(ctx.db, build, { leaseUntil: new Date(ctx.now().getTime() + 30_000) }),
    release: (build, ms) =>
      updateBuild(ctx.db, build, { leaseUntil: null, wakeAt: new Date(ctx.now().getTime() + ms) }),
  });
}

async function readLog(path: string, offset: number): Promise<Buffer> {
  const facts = await stat(path).catch(() => undefined);
  if (!facts || facts.size <= offset) return Buffer.alloc(0);
  const file = await open(path);
  try {
    const buffer = Buffer.alloc(Math.min(facts.size - offset, 256 * 1024));
    const { bytesRead } = await file.read(buffer, 0, buffer.length, offset);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

/** How a build stands, with its log from `logOffset`; only for whoever started it. */
export async function getBuild(
  ctx: FrameworkContext,
  user: PortalUser,
  id: string,
  logOffset: number,
): Promise<BuildView> {
  const build = await selectBuild(ctx.db, id);
  if (!build || build.builtBy !== user.sub) throw new KrdcError("not_found", "build.not_found");
  const log = await readLog(buildLogPath(ctx, id), logOffset);
  const image = build.digest ? await selectImage(ctx.db, build.digest) : undefined;
  return {
    id: build.id,
    state: build.state,
    app: image ? `${ctx.name}/${image.name}@${image.version}` : null,
    digest: build.digest,
    version: image?.document ?? null,
    reason: build.reason,
    log: log.toString("utf8"),
    logOffset: logOffset + log.length,
  };
}
