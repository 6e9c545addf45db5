import { z } from "zod";
import { clusterName } from "#server/graph/app";

/** `POST /api/hub/v1/status`: which permissions of this host's have been narrowed; any member may ask on its behalf. */
export const statusQuestion = z.strictObject({ nonce: z.uuid(), host: clusterName });

/** Signed by the hub for one host and one nonce, so that the host can measure the answer's age on its own clock. */
export const statusList = z.strictObject({
  schema: z.literal("krdc.status/v1"),
  hub: z.url(),
  host: clusterName,
  nonce: z.uuid(),
  issuedAt: z.iso.datetime(),
  revokedAgreements: z.array(z.uuid()),
  suspendedAgreements: z.array(z.uuid()),
  /** Pseudonyms of people who hold agreements here and may do nothing any more. */
  disabledUsers: z.array(z.string()),
  suspendedClusters: z.array(clusterName),
});
export type StatusList = z.infer<typeof statusList>;
export const statusListType = "krdc-status+jws";
/** Its signer's key may be newer than the asker knows, who may be cut off from the hub: the successions come along. */
export const statusAnswer = z.strictObject({
  status: z.string().max(1_000_000),
  successions: z.array(z.string().max(10_000)).max(1000).optional(),
});
