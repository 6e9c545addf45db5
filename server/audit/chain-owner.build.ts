import { type PrivateKey, publicPart, thumbprintOf } from "#server/protocol/keys";
import type { OwnChain } from "./checkpoint";

/** The owner of a chain that never changed its key. */
export async function anOwner(chain: string, key: PrivateKey): Promise<OwnChain> {
  const part = publicPart(key);
  return { chain, signs: key, keys: [{ key: part, until: undefined }], installation: await thumbprintOf(part) };
}
