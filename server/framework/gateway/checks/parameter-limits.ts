import { KrdcError } from "#server/errors";
import { overLimits } from "#server/protocol/parameter-limits";
import { findUseTerms } from "../../agreements/use-agreement";
import { findImage } from "../../apps/find-image";
import { type Check, proven } from "../call";

/** Every value that the program would get is one that the agreement allows; no value is told, only its bound. */
export const parameterLimits: Check = async (call) => {
  const { digest, parameters } = proven(call, "hosted");
  const [{ agreementId }] = proven(call, "claims").authorization_details;
  const [terms, image] = [await findUseTerms(call.ctx, agreementId), await findImage(call.ctx, digest)];
  const [over] = image ? overLimits(terms.parameters, image.document, parameters) : [];
  if (over) throw new KrdcError("forbidden", over.code, { detail: { name: over.name, bound: over.bound } });
  return undefined;
};
