import type { Db } from "#server/db/connect";
import { KrdcError } from "#server/errors";
import { demoClaims, type Member, memberOfClaims } from "./member";
import { findMemberBySubject, upsertMember } from "./members.repo";

/** A demo account's member, made now if it never signed in; its organization comes with its first sign-in. */
export async function getDemoMember(db: Db, issuer: string, account: string): Promise<Member> {
  const claims = demoClaims(account);
  if (!claims) throw new KrdcError("not_found", "member.unknown_account", { detail: { account } });
  const known = await findMemberBySubject(db, issuer, account);
  const member = known ?? (await upsertMember(db, memberOfClaims(issuer, claims)));
  if (member.disabledAt) throw new KrdcError("forbidden", "member.disabled");
  return member;
}
