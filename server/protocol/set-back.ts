import { z } from "zod";
import { clusterName, sha256Hex } from "#server/graph/app";
import { agreementDocument } from "./agreement";
import { hostedRunRequest } from "./hosted-run";
import { agreementStates } from "./states";

/** What a framework asks whose database was set back: everything since its last memory, page by page. */
const since = z.iso.datetime();

/** `POST /v1/open-attempts` at a home, by a host that was set back. */
export const attemptsQuestion = z.strictObject({
  since,
  /** The last attempt of the page before. */
  after: z.strictObject({ runKey: sha256Hex, attempt: z.int() }).nullable(),
});

/** One attempt as its home remembers it. */
const rememberedAttempt = z.strictObject({
  runKey: sha256Hex,
  attempt: z.int().min(1),
  request: hostedRunRequest,
  agreementId: z.uuid(),
  grantId: z.uuid().nullable(),
  /** The host's last number about it that home heard; below zero home never heard that it was taken in. */
  hostSeq: z.int(),
  /** The host's own signed record, where home has it and the way carries it; ten thousand files stand in one. */
  receipt: z.string().max(10_000_000).nullable(),
  isAcknowledged: z.boolean(),
});
export type RememberedAttempt = z.infer<typeof rememberedAttempt>;

/** `cursor`: up to where home heard the host's numbered changes. */
export const attemptsAnswer = z.strictObject({ cursor: z.int(), attempts: z.array(rememberedAttempt).max(200) });
export type AttemptsAnswer = z.infer<typeof attemptsAnswer>;

/** `POST /api/hub/v1/set-back/agreements` and `/set-back/runs`: what the hub knows of the calling cluster. */
export const hubQuestion = z.strictObject({ since, after: z.uuid().nullable() });

/** One agreement of this host as the hub keeps it; the signatures are the host's own and the hub's. */
const rememberedAgreement = z.strictObject({
  id: z.uuid(),
  state: z.enum(agreementStates),
  isSuspendedByOwner: z.boolean(),
  document: agreementDocument,
  hostSignature: z.string().nullable(),
  hubSignature: z.string().nullable(),
});
export type RememberedAgreement = z.infer<typeof rememberedAgreement>;
export const agreementsAnswer = z.strictObject({ agreements: z.array(rememberedAgreement).max(500) });

const rememberedRun = z.strictObject({ id: z.uuid(), seq: z.int(), stepsTotal: z.int() });
export const runsAnswer = z.strictObject({ runs: z.array(rememberedRun).max(1000) });

/** How a framework stands whose database was set back, as its owner and the hub's people see it. */
export const restoreView = z.strictObject({
  epoch: z.int(),
  noticedAt: z.iso.datetime(),
  settledAt: z.iso.datetime().nullable(),
  /** Who held what the database had lost: the cluster's own file, the hub or a peer. */
  shownBy: z.union([z.enum(["file", "hub"]), clusterName]),
  /** What has been read again, and when. */
  done: z.record(z.string(), z.iso.datetime()),
  /** What is still to be read again. */
  open: z.array(z.string()),
});
export type RestoreView = z.infer<typeof restoreView>;
