import { KrdcError } from "#server/errors";
import { readGrantHeader } from "#server/protocol/grant";
import type { Check } from "../call";

/** One grant of exact type and algorithm under the pinned hub key; no key that the token itself brings. */
export const exactlyOneGrant: Check = async (call) => {
  const { kid } = readGrantHeader(call.token ?? "");
  if (kid !== call.ctx.hub.key.kid) throw new KrdcError("unauthenticated", "unauthenticated");
  return undefined;
};
