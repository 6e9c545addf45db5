import { KrdcError } from "#server/errors";
import { hostedRunRequest } from "#server/protocol/hosted-run";
import type { Check } from "../call";

/** The body is exactly what the protocol says, nothing more. */
export const strictSchema: Check = async (call) => {
  const read = hostedRunRequest.safeParse(call.json);
  if (!read.success) {
    const paths = read.error.issues.slice(0, 20).map((issue) => issue.path.join("."));
    throw new KrdcError("invalid", "request.invalid", { detail: { paths } });
  }
  call.hosted = read.data;
  return undefined;
};
