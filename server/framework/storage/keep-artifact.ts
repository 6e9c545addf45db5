import { KrdcError } from "#server/errors";
import type { FrameworkContext } from "../context";
import { findOwned, insertArtifact } from "./artifacts.repo";
import type { Stored } from "./store";

/** Notes that an owner (`user:SUB`, `peer:NAME`) brought or made this stored file. */
export async function keepArtifact(ctx: FrameworkContext, stored: Stored, owner: string): Promise<void> {
  await insertArtifact(ctx.db, stored, owner, ctx.now());
}

/** Throws unless the owner brought or made every one of these files, in exactly these sizes. */
export async function refuseForeignFiles(
  ctx: FrameworkContext,
  owner: string,
  files: readonly { sha256: string; size: number }[],
): Promise<void> {
  const owned = await findOwned(ctx.db, owner, [...new Set(files.map((file) => file.sha256))]);
  const foreign = files.find((file) => owned.get(file.sha256) !== file.size);
  if (foreign) throw new KrdcError("not_found", "storage.file_not_found", { detail: { sha256: foreign.sha256 } });
}

/** The digests among these that the owner may not use. */
export async function listForeignArtifacts(ctx: FrameworkContext, owner: string, digests: string[]): Promise<string[]> {
  const owned = await findOwned(ctx.db, owner, digests);
  return digests.filter((digest) => !owned.has(digest));
}
