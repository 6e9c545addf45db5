import { findKnownAnswer } from "../../hosting/accept-hosted-run";
import { type Check, param, proven } from "../call";

/** The same call again gets the stored answer for ever, without grant or hub; another body or an older attempt is refused. */
export const answerKnownRun: Check = async (call) => {
  const key = {
    home: proven(call, "peer").name,
    runKey: param(call, "runKey"),
    attempt: Number(param(call, "attempt")),
  };
  const known = await findKnownAnswer(call.ctx, key, call.json);
  return known ? { status: 200, json: known } : undefined;
};
