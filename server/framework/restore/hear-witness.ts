import { readCheckpoint } from "#server/audit/checkpoint";
import { ownChain } from "../audit/own-chain";
import type { FrameworkContext } from "../context";
import { isLost, noticeRestore } from "./notice-restore";
import { rememberHead } from "./remember-head";

/**
 * The hub or a peer holds a checkpoint of ours: only our own signature shows that we were set back, so nobody can say so
 * who does not know it. The file beside the database may have been set back together with it.
 */
export async function hearWitness(ctx: FrameworkContext, by: string, held: unknown): Promise<void> {
  if (typeof held !== "string") return;
  const said = await readCheckpoint(ownChain(ctx), held).catch(() => undefined);
  if (!said || !(await isLost(ctx, said))) return;
  await noticeRestore(ctx, { by, position: said.position, hash: said.hash });
  await rememberHead(ctx);
}
