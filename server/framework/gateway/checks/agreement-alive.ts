import { checkAgreement } from "../../agreements/use-agreement";
import { type Check, proven } from "../call";

/** A living agreement with both signatures covers this user, app, digest and size; what is left of it is judged when the call is accepted. */
export const agreementAlive: Check = async (call) => {
  const claims = proven(call, "claims");
  const { app, digest, limits } = proven(call, "hosted");
  const [details] = claims.authorization_details;
  await checkAgreement(call.ctx, details.agreementId, { user: claims.sub, app, digest, limits });
  return undefined;
};
