import { z } from "zod";
import { appName, clusterName } from "#server/graph/app";
import { bilingual } from "#server/graph/text";
import { type Limits, limits, overCeiling } from "./limits";
import { egress, parameterLimits, widenedUseTerm } from "./parameter-limits";

const most = z.int().min(1).nullable();

/** What may be used in total; null where the owner sets no bound. */
export const budget = z.strictObject({ runs: most, cpuSeconds: most, gpuSeconds: most, outputBytes: most });
export type Budget = z.infer<typeof budget>;

/** The durable permission both the host framework and the hub sign: who may have which app run at which host, how much, until when. */
export const agreementDocument = z.strictObject({
  schema: z.literal("krdc.agreement/v2"),
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
  budget,
  /** Ceilings of one attempt. */
  perRun: limits,
  /** What parameters may be, by name, and whether apps may ask for a network; not said is no limit. */
  parameters: parameterLimits.optional(),
  egress: egress.optional(),
  onRevoke: z.enum(["kill", "drain"]),
  onDisconnect: z.enum(["hold", "kill"]),
  onHubSilent: z.enum(["continue", "kill"]),
  notBefore: z.iso.datetime(),
  expires: z.iso.datetime(),
});
export type AgreementDocument = z.infer<typeof agreementDocument>;

/** The date of an agreement for the keys that signed it: none was signed before it could begin. */
export const agreementDate = (document: unknown): string => agreementDocument.parse(document).notBefore;

const isWithin = (narrow: number | null, wide: number | null) => wide === null || (narrow !== null && narrow <= wide);

function coversDigests(narrow: AgreementDocument["digests"], wide: AgreementDocument["digests"]): boolean {
  return wide === "*" || (narrow !== "*" && narrow.every((digest) => wide.includes(digest)));
}

/**
 * The first term in which `narrow` allows more than, or something else than, `wide`; undefined when it allows at most the
 * same. What happens on revocation, disconnection and silence of the hub is the owner's to choose.
 */
export function widenedTerm(narrow: AgreementDocument, wide: AgreementDocument): string | undefined {
  for (const name of ["id", "user", "organization", "host", "hostKey", "app"] as const) {
    if (narrow[name] !== wide[name]) return name;
  }
  for (const name of Object.keys(narrow.budget) as (keyof Budget)[]) {
    if (!isWithin(narrow.budget[name], wide.budget[name])) return `budget.${name}`;
  }
  const over: keyof Limits | undefined = overCeiling(narrow.perRun, wide.perRun);
  if (over) return `perRun.${over}`;
  if (narrow.maxConcurrent > wide.maxConcurrent) return "maxConcurrent";
  const use = widenedUseTerm(narrow, wide);
  if (use) return use;
  if (!coversDigests(narrow.digests, wide.digests)) return "digests";
  if (Date.parse(narrow.expires) > Date.parse(wide.expires)) return "expires";
  return Date.parse(narrow.notBefore) < Date.parse(wide.notBefore) ? "notBefore" : undefined;
}

/** The compact JWS `typ` of each signer, so that neither signature can stand for the other. */
export const hostSignatureType = "krdc-agreement-host+jws";
export const hubSignatureType = "krdc-agreement-hub+jws";

const signature = z.string().max(20_000);

const signedAgreement = z.strictObject({
  document: agreementDocument,
  hostSignature: signature,
  hubSignature: signature,
});
export type SignedAgreement = z.infer<typeof signedAgreement>;

/** `POST /v1/agreements` at a host: what the hub asks its owner to allow; an open offer signs at once. */
export const agreementProposal = z.strictObject({
  document: agreementDocument,
  hubSignature: signature,
  purpose: z.string().max(2000),
  /** Who asks, as the owner reads it. */
  requester: z.strictObject({ name: bilingual, organization: bilingual }),
  /** Somebody took the last one away: no standing offer gives it back, only a person. */
  needsPerson: z.boolean().optional(),
});
export type AgreementProposal = z.infer<typeof agreementProposal>;

/** The host's word on a proposal; the same proposal again gets the same word. */
export const proposalAnswer = z.discriminatedUnion("state", [
  z.strictObject({ state: z.literal("REQUESTED") }),
  z.strictObject({ state: z.literal("REJECTED"), reason: z.string() }),
  z.strictObject({ state: z.literal("SIGNED"), document: agreementDocument, hostSignature: signature }),
]);

/**
 * `POST /api/hub/v1/agreements/{id}/decision`, by the host: what its owner decided at the framework's own door. The hub
 * countersigns a document that allows at most what was asked.
 */
export const ownerDecision = z.discriminatedUnion("decision", [
  z.strictObject({ decision: z.literal("approved"), document: agreementDocument, hostSignature: signature }),
  z.strictObject({ decision: z.literal("rejected"), reason: z.string().max(500) }),
  z.strictObject({ decision: z.literal("suspended") }),
  z.strictObject({ decision: z.literal("resumed") }),
  z.strictObject({ decision: z.literal("revoked") }),
]);
export type OwnerDecision = z.infer<typeof ownerDecision>;
export const decisionAnswer = z.strictObject({ state: z.string(), hubSignature: signature.nullable() });
