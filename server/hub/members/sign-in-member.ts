import type { Db } from "#server/db/connect";
import { KrdcError } from "#server/errors";
import { type Member, type MemberClaims, memberOfClaims } from "./member";
import { upsertMember } from "./members.repo";

/** Whoever the identity provider vouches for is a member; one whom the hub disabled stays out. */
export async function signInMember(db: Db, issuer: string, claims: MemberClaims): Promise<Member> {
  const member = await upsertMember(db, memberOfClaims(issuer, claims));
  if (member.disabledAt) throw new KrdcError("forbidden", "member.disabled");
  return member;
}
