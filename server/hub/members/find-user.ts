import type { Db } from "#server/db/connect";
import type { User } from "./member";
import { findUserById } from "./members.repo";

/** The living member of this id, or undefined. */
export const findUser = (db: Db, id: string): Promise<User | undefined> => findUserById(db, id);
