import { KrdcError } from "#server/errors";
import { proofSkewSeconds } from "#server/protocol/proof";
import { lastNoticedAt } from "../../restore/standing";
import { type Check, proven } from "../call";

/** A grant from before our database was set back may have been used up in the time that was lost; home gets a new one. */
export const grantAfterRestore: Check = async (call) => {
  const noticedAt = await lastNoticedAt(call.ctx);
  const { iat } = proven(call, "claims");
  // The hub's clock may run ahead of ours by as much as honest clocks may differ.
  const isOld = noticedAt !== undefined && iat < noticedAt.getTime() / 1000 + proofSkewSeconds;
  if (isOld) throw new KrdcError("forbidden", "grant.before_restore");
  return undefined;
};
