import type { Db } from "#server/db/connect";
import { findBroken } from "./checks.repo";

/** What is broken in the hub's own database, and whether it still waits for somebody. */
export const checkHub = (db: Db, now: Date): ReturnType<typeof findBroken> => findBroken(db, now);
