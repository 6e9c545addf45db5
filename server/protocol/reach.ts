import { z } from "zod";
import { clusterName } from "#server/graph/app";

/** The address of a framework that opens no socket: nobody dials it, it takes its calls from whoever it dials. */
export const mailboxOf = (name: string) => `mailbox://${name}`;
export const isMailbox = (gateway: string) => gateway.startsWith("mailbox://");

/** Where no bytes can be pushed or pulled directly, a file of at most this size is relayed, sealed, in parts. */
export const relayedFileBytes = 8 * 1024 * 1024;
/** The most that one letter carries of a body. */
export const letterBodyBytes = 512 * 1024;
/** A letter that was not taken within this time is forgotten; its sender asks again. */
export const letterLifetimeMs = 60_000;

const headers = z.record(z.string().max(80), z.string().max(30_000));

/** A call that waits at its caller (in `waiting-calls.ts`, for hub and gateways alike) until the framework it is meant for comes and takes it. */
export const waitingCall = z.strictObject({
  id: z.uuid(),
  method: z.enum(["GET", "PUT", "POST", "DELETE", "HEAD"]),
  /** With its query; the framework completes it with its own address. */
  path: z.string().startsWith("/").max(4000),
  headers,
  hasBody: z.boolean(),
});
export type WaitingCall = z.infer<typeof waitingCall>;

/**
 * A letter as the hub sees it: a compact JWE for one recipient. `POST /api/hub/v1/letters`, by its sender with its own proof,
 * is answered `{}` once the hub has it; a recipient is given its letters in the order in which the hub took them, each again
 * until it says that it has it.
 */
export const sealedLetter = z.strictObject({
  id: z.uuid(),
  from: clusterName,
  to: clusterName,
  sealed: z.string().max(4_000_000),
});
export type SealedLetter = z.infer<typeof sealedLetter>;

/**
 * `POST …/reverse-calls/next`, by a framework with its own proof, at a peer's gateway (`/v1`) or at the hub (`/api/hub/v1`):
 * answered when something waits, at the latest after 25 s. `taken` names the letters that it has, which the hub forgets.
 * A call's body is read from `GET …/reverse-calls/{id}/body`; its answer is brought by `PUT …/reverse-calls/{id}/answer`,
 * whose body is the answer's, with its status and headers in `krdc-answer` (base64url of {@link answerHead} as JSON).
 */
export const nextCallsRequest = z.strictObject({ taken: z.array(z.uuid()).max(100) });
export const nextCalls = z.strictObject({
  calls: z.array(waitingCall).max(32),
  /** Only the hub has letters. */
  letters: z.array(sealedLetter).max(16),
});
export const answerHead = z.strictObject({ status: z.int().min(200).max(599), headers });
export const answerHeader = "krdc-answer";

const body = z.string().max(800_000);

/**
 * What stands in a letter, signed by its sender (JWS, {@link letterType}) and then sealed (JWE, ECDH-ES+A256KW, A256GCM) to
 * the recipient's certified key. A call in it carries the same headers, its proof of possession among them, that it would
 * carry on a direct line, and passes the same door.
 */
export const letter = z.strictObject({
  schema: z.literal("krdc.letter/v1"),
  id: z.uuid(),
  from: clusterName,
  to: clusterName,
  /** Rises with every letter of this sender to this recipient. */
  seq: z.int(),
  expires: z.iso.datetime(),
  content: z.discriminatedUnion("kind", [
    z.strictObject({
      kind: z.literal("call"),
      method: waitingCall.shape.method,
      path: waitingCall.shape.path,
      headers,
      /** base64 */
      body,
    }),
    z.strictObject({
      kind: z.literal("answer"),
      inReplyTo: z.uuid(),
      status: z.int().min(200).max(599),
      headers,
      body,
    }),
  ]),
});
export type Letter = z.infer<typeof letter>;
export const letterType = "krdc-letter+jws";

/** A cluster's own word that letters to it are sealed to this key, signed by its identity key. */
export const encryptionCertificate = z.strictObject({
  schema: z.literal("krdc.encryption-key/v1"),
  cluster: clusterName,
  key: z.strictObject({ kty: z.literal("EC"), crv: z.literal("P-256"), x: z.string(), y: z.string() }),
  /** Its own word that it opens no socket: nobody else's turns an address into a mailbox. */
  gateway: z.string().startsWith("mailbox://").optional(),
  issuedAt: z.iso.datetime(),
});
export type EncryptionCertificate = z.infer<typeof encryptionCertificate>;
export const encryptionCertificateType = "krdc-encryption-key+jws";
