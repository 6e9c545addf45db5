import { KrdcError } from "#server/errors";
import { introspectionAnswer } from "#server/protocol/framework-api";
import { callHub } from "../../identity/call-hub";
import { type Call, type Check, param, proven } from "../call";

const timeoutMs = 2000;

async function introspect(call: Call, triesLeft: number): Promise<unknown> {
  const json = {
    jti: proven(call, "claims").jti,
    runKey: param(call, "runKey"),
    attempt: Number(param(call, "attempt")),
  };
  try {
    return await callHub(call.ctx, { method: "POST", path: "/introspections", json, timeoutMs });
  } catch (cause) {
    if (!(cause instanceof KrdcError) || !cause.retryable) throw cause;
    if (triesLeft > 0) return introspect(call, triesLeft - 1);
    throw cause;
  }
}

/** The hub still stands by its grant; when it does not answer nothing is consumed and the home asks again. */
export const hubIntrospection: Check = async (call) => {
  const answer = introspectionAnswer.parse(await introspect(call, 1));
  if (!answer.active) throw new KrdcError("forbidden", answer.reason ?? "grant.inactive");
  return undefined;
};
