import { z } from "zod";
import { sha256Hex } from "#server/graph/app";
import type { Bilingual } from "#server/graph/text";

/** No cluster can have this name, so no cluster's chain is ever taken for the hub's. */
export const hubChain = "@hub";

/** The head of a chain at one moment; its owner's signature on it is kept by others. */
export const checkpoint = z.strictObject({
  chain: z.string().min(1).max(64),
  position: z.int().min(1),
  hash: sha256Hex,
  at: z.iso.datetime(),
});
export type Checkpoint = z.infer<typeof checkpoint>;
export const checkpointType = "krdc-checkpoint+jws";

/** `POST /api/hub/v1/checkpoints` and `POST /v1/checkpoints`: the sender's newest one, signed. */
export const checkpointReport = z.strictObject({ checkpoint: z.string().min(1).max(4096) });

/** Answer and refusal alike bring back the sender's own newest word that the other side holds, where that says more. */
export const heldAnswer = z.looseObject({ position: z.int(), held: z.string().max(4096).optional() });

/** `GET /api/hub/v1/checkpoint`: the hub's newest one, signed; null before its first. */
export const checkpointAnswer = z.strictObject({ checkpoint: z.string().max(4096).nullable() });

/** A place where a chain does not hold, and whose checkpoint says so (the chain's own name: it says so itself). */
const brokenPlace = z.strictObject({
  kind: z.enum(["changed", "missing", "rewritten", "bad_checkpoint"]),
  position: z.int(),
  /** The last of a row of missing entries; elsewhere the position again. */
  until: z.int(),
  by: z.string().max(64),
});
export type BrokenPlace = z.infer<typeof brokenPlace>;

const head = z.strictObject({ position: z.int(), hash: z.string() });

/** A checkpoint of another chain, with the thumbprint of the key whose it was when it was taken. */
const heldCheckpoint = z.strictObject({
  chain: z.string().max(64),
  jkt: z.string().max(64),
  position: z.int(),
  checkpoint: z.string().max(4096),
});
export type HeldCheckpoint = z.infer<typeof heldCheckpoint>;

/** `GET /v1/audit/verification`: a framework's own chain, and what it holds of others. */
export const chainVerification = z.strictObject({
  chain: z.string().max(64),
  entries: z.int(),
  head: head.nullable(),
  broken: z.array(brokenPlace),
  held: z.array(heldCheckpoint),
});
export type ChainVerification = z.infer<typeof chainVerification>;

/** `POST /v1/audit/hashes`: what stands in the chain at these positions now. */
export const hashesRequest = z.strictObject({ positions: z.array(z.int().min(1)).max(10_000) });
export const hashesAnswer = z.strictObject({
  hashes: z.array(z.strictObject({ position: z.int(), hash: z.string().max(64) })),
});

/** What the portal says of every chain; `refusal` stands where a framework could not be asked. */
export const auditVerification = z.strictObject({
  chains: z.array(
    z.strictObject({
      chain: z.string(),
      entries: z.int(),
      head: head.nullable(),
      /** Checkpoints in other hands that were compared with it. */
      compared: z.int(),
      broken: z.array(brokenPlace),
      refusal: z.string().nullable(),
    }),
  ),
});
export type AuditVerification = z.infer<typeof auditVerification>;

/** A broken place in the words that people read. */
export function wordsFor(chain: string, { kind, position, until, by }: BrokenPlace): Bilingual {
  const proof = by === chain ? { ko: "", en: "" } : { ko: ` (${by}의 확인점)`, en: ` (checkpoint held by ${by})` };
  switch (kind) {
    case "changed":
      return { ko: `${position}번째 기록이 바뀌었습니다${proof.ko}`, en: `entry ${position} was changed${proof.en}` };
    case "missing":
      return until === position
        ? { ko: `${position}번째 기록이 없습니다${proof.ko}`, en: `entry ${position} is missing${proof.en}` }
        : {
            ko: `${position}번째부터 ${until}번째까지의 기록이 없습니다${proof.ko}`,
            en: `entries ${position} to ${until} are missing${proof.en}`,
          };
    case "rewritten":
      return {
        ko: `${position}번째 기록이 서명된 확인점과 다릅니다${proof.ko}`,
        en: `entry ${position} is not the one that was signed${proof.en}`,
      };
    case "bad_checkpoint":
      return {
        ko: `${by}의 ${position}번째 확인점에 서명이 맞지 않습니다`,
        en: `the checkpoint of ${by} at entry ${position} does not verify`,
      };
  }
}
