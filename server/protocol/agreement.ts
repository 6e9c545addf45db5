import { z } from "zod";
import { appName, clusterName } from "#server/graph/app";

const agreementState = z.enum([
  "REQUESTED",
  "APPROVED",
  "ACTIVE",
  "SUSPENDED",
  "REVOKING",
  "REVOKED",
  "EXPIRED",
  "REJECTED",
]);
export type AgreementState = z.infer<typeof agreementState>;

/** The durable permission both the host framework and the hub sign: who may have which app run at which host, how much, until when. */
export const agreementDocument = z.strictObject({
  schema: z.literal("krdc.agreement/v1"),
  id: z.uuid(),
  /** Pseudonym of the user at the hub (`sub` of grants). */
  user: z.string().min(1).max(128),
  organization: z.string().max(128),
  host: clusterName,
  hostKey: z.string(),
  app: appName,
  /** Versions by digest, or `*` for every version that the owner publishes. */
  digests: z.union([z.literal("*"), z.array(z.string()).min(1)]),
  maxConcurrent: z.int().min(1),
  maxRuns: z.int().min(1).nullable(),
  onRevoke: z.enum(["kill", "drain"]),
  onDisconnect: z.enum(["hold", "kill"]),
  onHubSilent: z.enum(["continue", "kill"]),
  notBefore: z.iso.datetime(),
  expires: z.iso.datetime(),
});
export type AgreementDocument = z.infer<typeof agreementDocument>;

/** The compact JWS `typ` of each signer, so that neither signature can stand for the other. */
export const hostSignatureType = "krdc-agreement-host+jws";
export const hubSignatureType = "krdc-agreement-hub+jws";

const signedAgreement = z.strictObject({
  document: agreementDocument,
  hostSignature: z.string().max(20_000),
  hubSignature: z.string().max(20_000),
});
export type SignedAgreement = z.infer<typeof signedAgreement>;

/** What the hub asks a host framework to sign under the owner's standing offer. */
export const agreementProposal = z.strictObject({ document: agreementDocument, hubSignature: z.string().max(20_000) });
