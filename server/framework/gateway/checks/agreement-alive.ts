import { checkAgreement } from "../../agreements/use-agreement";
import { type Check, proven } from "../call";

/** A living agreement with both signatures covers this user, app and digest; its budget is counted when the call is accepted. */
export const agreementAlive: Check = async (call) => {
  const claims = proven(call, "claims");
  const hosted = proven(call, "hosted");
  const [details] = claims.authorization_details;
  // Budget and concurrency are counted under the lock, when the call is accepted.
  const use = { user: claims.sub, app: hosted.app, digest: hosted.digest, live: 0, isCounted: true };
  await checkAgreement(call.ctx, details.agreementId, use);
  return undefined;
};
