import type { Db } from "#server/db/connect";
import type { Member } from "./member";
import { findMemberBySubject } from "./members.repo";

export const findMember = (db: Db, issuer: string, subject: string): Promise<Member | undefined> =>
  findMemberBySubject(db, issuer, subject);
