import { KrdcError } from "#server/errors";
import { isEgressRefused } from "#server/protocol/parameter-limits";
import { findUseTerms } from "../../agreements/use-agreement";
import { findImage } from "../../apps/find-image";
import { type Check, proven } from "../call";

/** An app whose manifest asks for a network runs only where the agreement allows one; packets are the runtime's to stop. */
export const egressAllowed: Check = async (call) => {
  const { app, digest } = proven(call, "hosted");
  const [{ agreementId }] = proven(call, "claims").authorization_details;
  const [terms, image] = [await findUseTerms(call.ctx, agreementId), await findImage(call.ctx, digest)];
  if (image && isEgressRefused(terms, image.document)) {
    throw new KrdcError("forbidden", "agreement.egress_refused", { detail: { app } });
  }
  return undefined;
};
