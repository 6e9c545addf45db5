import { readFile } from "node:fs/promises";
import { type PublicKey, publicKey } from "#server/protocol/keys";
import type { FrameworkContext } from "../context";

/** The public key of the framework's own operator, read at each use so that it can be replaced without a restart. */
export async function readOperatorKey(ctx: Pick<FrameworkContext, "operatorKeyFile">): Promise<PublicKey> {
  const { kty, crv, x, y } = JSON.parse(await readFile(ctx.operatorKeyFile, "utf8"));
  return publicKey.parse({ kty, crv, x, y });
}
