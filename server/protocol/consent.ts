import { z } from "zod";

/** The hub's word that a run's consent has run out: the one refusal of a grant that waits for a person instead of ending the attempt. */
export const consentEnded = "authorization.expired";

/** `POST /api/hub/v1/consents`, by a run's home: how the consent to its remote steps stands. */
export const consentQuestion = z.strictObject({ runId: z.uuid(), authorizationId: z.uuid() });

/** `agreements`: under which agreement each remote step runs now; a renewed consent may name newer ones. */
export const consentAnswer = z.strictObject({
  state: z.enum(["STANDING", "ENDED", "REVOKED"]),
  until: z.iso.datetime(),
  agreements: z.record(z.string(), z.uuid()),
});
export type ConsentAnswer = z.infer<typeof consentAnswer>;
