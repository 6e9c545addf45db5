import { compactVerify } from "jose";
import { z } from "zod";
import { KrdcError } from "#server/errors";
import { isCanonicalToken, sha256Hex } from "#server/protocol/canonical";
import { importSigningKey } from "#server/protocol/keys";
import { proofSkewSeconds } from "#server/protocol/proof";
import { readOperatorKey } from "../../identity/operator-key";
import type { Check } from "../call";
import { isReplayed } from "../replays";
import { bearerOf, htuOf } from "./headers";

const statement = z.strictObject({
  htm: z.string(),
  htu: z.string(),
  iat: z.int(),
  jti: z.uuid(),
  body_sha256: z.string(),
});

/** A statement is taken once. What was signed before this process began, an earlier one may have taken. */
function isSpent(said: z.infer<typeof statement>, now: Date): boolean {
  const isOlderThanWe = now.getTime() - said.iat * 1000 > performance.now() + 1000;
  return isOlderThanWe || isReplayed(said.jti, "operator", now);
}

const refuse = (cause?: unknown) => new KrdcError("unauthenticated", "unauthenticated", { cause });

/** The owner's own door: signed by the key that stands on the operator's side, which no hub can make. Body read before. */
export const operatorSignature: Check = async (call) => {
  const jws = bearerOf(call, "KRDC-Operator");
  if (!jws || !isCanonicalToken(jws)) throw refuse();
  try {
    const key = await importSigningKey(await readOperatorKey(call.ctx));
    const verified = await compactVerify(jws, key, { algorithms: ["ES256"] });
    const said = statement.parse(JSON.parse(new TextDecoder().decode(verified.payload)));
    const isThis =
      said.htm === call.method && said.htu === htuOf(call) && said.body_sha256 === sha256Hex(call.body ?? "");
    const isNow = Math.abs(call.ctx.now().getTime() / 1000 - said.iat) <= proofSkewSeconds;
    if (!isThis || !isNow || isSpent(said, call.ctx.now())) throw refuse();
  } catch (cause) {
    throw cause instanceof KrdcError ? cause : refuse(cause);
  }
  return undefined;
};
