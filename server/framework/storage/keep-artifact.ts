import type { FrameworkContext } from "../context";
import { findOwned, insertArtifact } from "./artifacts.repo";
import type { Stored } from "./store";

/** Notes that an owner (`user:SUB`, `peer:NAME`) brought or made this stored file. */
export async function keepArtifact(ctx: FrameworkContext, stored: Stored, owner: string): Promise<void> {
  await insertArtifact(ctx.db, stored, owner, ctx.now());
}

/** The digests among these that the owner may not use. */
export async function listForeignArtifacts(ctx: FrameworkContext, owner: string, digests: string[]): Promise<string[]> {
  const owned = await findOwned(ctx.db, owner, digests);
  return digests.filter((digest) => !owned.has(digest));
}
