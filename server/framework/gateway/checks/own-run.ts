import { getHostedRun } from "../../hosting/find-hosted-run";
import { type Check, param, proven } from "../call";

/** A home sees its own hosted runs and no others. */
export const ownRun: Check = async (call) => {
  const key = {
    home: proven(call, "peer").name,
    runKey: param(call, "runKey"),
    attempt: Number(param(call, "attempt")),
  };
  await getHostedRun(call.ctx, key);
  return undefined;
};
