import { signedOutAnswer } from "../../owner-page/answer-sign-in";
import { readCookie } from "../../owner-page/cookies";
import { isLookingAgain } from "../../owner-page/page";
import type { Check } from "../call";

/** One of this framework's own operators, signed in at its own issuer; anybody else is shown where to sign in. */
export const ownerSession: Check = async (call) => {
  const session = call.ctx.owner?.find(readCookie(call, "session"), call.ctx.now(), !isLookingAgain(call));
  if (!session) return signedOutAnswer(call);
  call.owner = session;
  return undefined;
};
