import { KrdcError } from "#server/errors";
import { readGrantHeader } from "#server/protocol/grant";
import type { Check } from "../call";

/** One grant of exact type and algorithm under a trusted key of the hub; no key that the token itself brings. */
export const exactlyOneGrant: Check = async (call) => {
  const { kid } = readGrantHeader(call.token ?? "");
  const found = call.ctx.hub.keys.tokenKey(kid);
  // What a key signed that signs no more has expired, whatever it says: its home asks for another.
  if (found === "not_now") throw new KrdcError("unauthenticated", "grant.expired");
  if (!found) throw new KrdcError("unauthenticated", "unauthenticated");
  return undefined;
};
