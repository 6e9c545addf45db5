import type { Db } from "#server/db/connect";
import { deleteForgotten } from "./proofs.repo";

export const sweepProofs = (db: Db, now: Date): Promise<void> => deleteForgotten(db, now);
