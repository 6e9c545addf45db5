import { KrdcError } from "#server/errors";
import { letterBodyBytes, relayedFileBytes } from "#server/protocol/reach";
import type { FrameworkContext } from "../context";
import { findPeer } from "../hosting/peers";
import { routeOf } from "../reach/route";

async function travelsInLetters(ctx: FrameworkContext, host: string): Promise<boolean> {
  const peer = await findPeer(ctx, host);
  return peer !== undefined && routeOf(ctx.url, peer.gateway) === "letters";
}

/** The most bytes that one call to or from this host carries. */
export const findPartLimit = async (ctx: FrameworkContext, host: string): Promise<number> =>
  (await travelsInLetters(ctx, host)) ? letterBodyBytes : Number.POSITIVE_INFINITY;

/** Throws before any byte is sent where a file is too large for the only way that there is. */
export async function refuseUnroutable(
  ctx: FrameworkContext,
  host: string,
  files: { name: string; size: number }[],
): Promise<void> {
  const tooLarge = files.filter(({ size }) => size > relayedFileBytes);
  if (tooLarge.length === 0 || !(await travelsInLetters(ctx, host))) return;
  const detail = {
    host,
    files: tooLarge.slice(0, 5).map(({ name }) => name),
    sizeBytes: Math.max(...tooLarge.map(({ size }) => size)),
    maxBytes: relayedFileBytes,
  };
  throw new KrdcError("too_large", "no_route", { detail });
}
