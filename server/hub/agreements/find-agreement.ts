import type { Db } from "#server/db/connect";
import type { Agreement } from "./agreement";
import { findById, lockById } from "./agreements.repo";

export const findAgreement = (db: Db, id: string): Promise<Agreement | undefined> => findById(db, id);

/** The row as it stands now, kept as it is until the caller's transaction ends. */
export const lockAgreement = (db: Db, id: string): Promise<Agreement | undefined> => lockById(db, id);
