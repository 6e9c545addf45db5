import { KrdcError } from "#server/errors";
import { type Check, proven } from "../call";

/** Only the operators of this cluster and of the hub; the portal's word suffices, because nothing is widened. */
export const operatorRole: Check = async (call) => {
  const { roles } = proven(call, "user");
  if (!roles.includes("hub-operator") && !roles.includes(`operator:${call.ctx.name}`)) {
    throw new KrdcError("forbidden", "audit.forbidden");
  }
  return undefined;
};
