import { z } from "zod";
import { appVersion, clusterName } from "#server/graph/app";
import { bilingual } from "#server/graph/text";
import { placementChoice, value, workflow } from "#server/graph/workflow";
import { keyChangesTold, signedKeyAnnouncement } from "./key-change";
import { publicKey } from "./keys";
import { limits } from "./limits";
import { placement } from "./run-view";

/** `PUT /v1/runs/{id}` from the portal to the home framework: everything that the run needs, so that it goes on when the hub is down. */
export const runSubmission = z.strictObject({
  number: z.int(),
  document: workflow,
  workflowDigest: z.string(),
  inputs: z.record(z.string(), value),
  /** Every app version that the document pins, by step id. */
  apps: z.record(z.string(), appVersion),
  placements: z.record(
    z.string(),
    z.strictObject({
      choice: placementChoice,
      placement,
      cluster: clusterName,
      reason: z.string(),
      agreementId: z.uuid().nullable(),
    }),
  ),
  authorizationId: z.uuid().nullable(),
});
export type RunSubmission = z.infer<typeof runSubmission>;

/** Who a portal token speaks for; frameworks know users by this pseudonym, name and organization only. */
const portalUser = z.strictObject({
  sub: z.string().min(1).max(128),
  account: z.string().max(128),
  name: bilingual,
  organization: z.string().max(128),
  roles: z.array(z.string().max(80)).max(50),
});
export type PortalUser = z.infer<typeof portalUser>;

/** Claims of the five-minute token with which the portal calls one gateway in a user's name. */
export const portalTokenClaims = z.strictObject({
  iss: z.url(),
  aud: clusterName,
  sub: z.string(),
  iat: z.int(),
  exp: z.int(),
  jti: z.uuid(),
  cnf: z.strictObject({ jkt: z.string() }),
  user: portalUser,
});
export const portalTokenType = "krdc-portal+jwt";
export const portalTokenLifetimeSeconds = 300;

/** A cluster asks to be let in: the join token once, and its own key's proof on the call itself. */
export const enrolmentRequest = z.strictObject({
  joinToken: z.string().min(20).max(200),
  name: clusterName,
  title: bilingual,
  gateway: z.url(),
  key: publicKey,
  version: z.string().max(40),
  runtime: z.enum(["process", "kubernetes"]),
  encryptionKey: z.string().max(4000).optional(),
});

export const heartbeat = z.strictObject({
  gateway: z.url(),
  version: z.string().max(40),
  runtime: z.enum(["process", "kubernetes"]),
  clusterUid: z.string().max(80),
  epoch: z.int(),
  seq: z.int(),
  time: z.iso.datetime(),
  slots: z.int(),
  slotsUsed: z.int(),
  queued: z.int(),
  hosted: z.int(),
  /** Its database was set back, and nothing begins there until it has read again what it forgot. */
  isSettling: z.boolean().optional(),
  /** Its certificate of the key to which letters are sealed. */
  encryptionKey: z.string().max(4000).optional(),
  /** The next key that it announces, until it has taken effect. */
  keyChange: signedKeyAnnouncement.optional(),
});
export type Heartbeat = z.infer<typeof heartbeat>;

/** The hub's answer: who the other members are (never more than the host's operator already pinned). */
export const heartbeatAnswer = z.strictObject({
  state: z.enum(["PENDING", "ACTIVE", "SUSPENDED"]),
  time: z.iso.datetime(),
  peers: z.array(
    z.strictObject({
      name: clusterName,
      gateway: z.url(),
      key: publicKey,
      encryptionKey: z.string().max(4000).optional(),
      /** Its changes of key, oldest first; the last one may have yet to take effect. */
      keyChanges: z.array(signedKeyAnnouncement).max(keyChangesTold).optional(),
      /** When the hub last heard it, so that an announcement from before is seen to be late. */
      heardAt: z.iso.datetime().optional(),
      /** Thumbprint of the announced key, where the hub's operator forbade it. */
      forbiddenKey: z.string().max(50).optional(),
    }),
  ),
  /** The caller's own announcement as the hub has it; one that it refuses is forbidden too. */
  keyChange: z.strictObject({ jkt: z.string().max(50), isForbidden: z.boolean() }).optional(),
  /** The hub's own next key, once it was announced. */
  hubSuccession: z.string().max(10_000).optional(),
});

/** What a gateway signs with its own key so that a peer may follow it to a new address. */
export const addressStatement = z.strictObject({ nonce: z.uuid(), gateway: z.url() });
export const addressStatementType = "krdc-address+jws";

const previousEnd = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("none") }),
  /** The host's signed terminal record. */
  z.strictObject({ kind: z.literal("receipt"), receipt: z.string().max(200_000) }),
  /** Never accepted anywhere: the reason of the refusal. */
  z.strictObject({ kind: z.literal("refused"), reason: z.string().max(200) }),
  /** A person decided, having been told that it may run twice. */
  z.strictObject({ kind: z.literal("abandoned"), by: z.string().max(128), at: z.iso.datetime() }),
]);
export type PreviousEnd = z.infer<typeof previousEnd>;

/** Grant asked for one attempt, by the home framework. */
export const grantRequest = z.strictObject({
  authorizationId: z.uuid(),
  agreementId: z.uuid(),
  host: clusterName,
  app: z.string(),
  version: z.string(),
  digest: z.string(),
  runId: z.uuid(),
  step: z.string(),
  index: z.int(),
  attempt: z.int(),
  runKey: z.string(),
  parametersHash: z.string(),
  inputsHash: z.string(),
  limits,
  resultsLifetimeDays: z.int(),
  /** How the attempt before this one ended: one live attempt for each run key over all placements. */
  previous: previousEnd,
});
export type GrantRequest = z.infer<typeof grantRequest>;
export const grantAnswer = z.strictObject({ grant: z.string(), grantId: z.uuid(), agreement: z.unknown() });

/** Is this grant, its agreement and its user still good? Asked by the host at the door. */
export const introspectionRequest = z.strictObject({ jti: z.uuid(), runKey: z.string(), attempt: z.int() });
export const introspectionAnswer = z.strictObject({ active: z.boolean(), reason: z.string().nullable() });

/** What the hub keeps of a run: enough for lists, never its data. */
export const runSummary = z.strictObject({
  id: z.uuid(),
  seq: z.int(),
  state: z.enum(["QUEUED", "RUNNING", "SUCCEEDED", "FAILED", "CANCELLED"]),
  startedAt: z.iso.datetime().nullable(),
  endedAt: z.iso.datetime().nullable(),
  stepsDone: z.int(),
  stepsTotal: z.int(),
  /** Why a home says so of a run that it does not know any more. */
  reason: z.string().max(80).optional(),
});
export const runSummaries = z.strictObject({ summaries: z.array(runSummary).max(1000) });
/** Uses of apps counted where they ran. */
export const listing = z.strictObject({ app: appVersion });

const buildState = z.enum(["QUEUED", "BUILDING", "PROBING", "READY", "FAILED"]);
export const buildView = z.strictObject({
  id: z.uuid(),
  state: buildState,
  app: z.string().nullable(),
  digest: z.string().nullable(),
  version: appVersion.nullable(),
  reason: z.strictObject({ code: z.string(), detail: z.record(z.string(), z.unknown()) }).nullable(),
  log: z.string(),
  logOffset: z.int(),
});
export type BuildView = z.infer<typeof buildView>;

/** `POST /api/hub/v1/receipts`: terminal records as home verified them, for the hub's ledger. */
export const receiptReport = z.strictObject({
  receipts: z
    .array(
      z.strictObject({ grantId: z.uuid(), runKey: z.string(), attempt: z.int(), receipt: z.string().max(200_000) }),
    )
    .max(200),
});

export const receiptReportAnswer = z.strictObject({
  accepted: z.int(),
  refused: z.array(z.strictObject({ runKey: z.string(), attempt: z.int(), reason: z.string() })),
});

/** `POST /v1/leases` at a host: home is still interested in these attempts. */
export const leaseRequest = z.strictObject({
  leases: z.array(z.strictObject({ runKey: z.string(), attempt: z.int() })).max(1000),
});
export const leaseAnswer = z.strictObject({
  leaseUntil: z.iso.datetime(),
  unknown: z.array(z.strictObject({ runKey: z.string(), attempt: z.int() })),
});
