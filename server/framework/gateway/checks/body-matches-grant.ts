import { KrdcError } from "#server/errors";
import { canonicalJson } from "#server/protocol/canonical";
import { hashesOf } from "#server/protocol/hosted-run";
import { runKeyOf } from "#server/protocol/run-key";
import { type Check, param, proven } from "../call";

/** The call asks for what was granted: this attempt, this app digest, these parameters, inputs and limits. */
export const bodyMatchesGrant: Check = async (call) => {
  const [details] = proven(call, "claims").authorization_details;
  const hosted = proven(call, "hosted");
  const home = proven(call, "peer").name;
  const asked = {
    runKey: runKeyOf({ homeId: home, runId: hosted.runId, stepPath: hosted.step, index: hosted.index }),
    attempt: Number(param(call, "attempt")),
    ...hashesOf(hosted),
    app: hosted.app,
    version: hosted.version,
    digest: hosted.digest,
    runId: hosted.runId,
    step: hosted.step,
    index: hosted.index,
    limits: hosted.limits,
    resultsLifetimeDays: hosted.resultsLifetimeDays,
  };
  for (const [name, value] of Object.entries(asked)) {
    const granted = details[name as keyof typeof details];
    if (canonicalJson(granted) !== canonicalJson(value)) {
      throw new KrdcError("forbidden", "grant.other_request", { detail: { name } });
    }
  }
  if (asked.runKey !== param(call, "runKey"))
    throw new KrdcError("forbidden", "grant.other_request", { detail: { name: "runKey" } });
  return undefined;
};
