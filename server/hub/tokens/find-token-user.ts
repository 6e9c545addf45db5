import type { Db } from "#server/db/connect";
import { findUser } from "../members/find-user";
import { hashOfSecret, type User } from "../members/member";
import { isApiToken } from "./api-token";
import { takeToken } from "./api-tokens.repo";

/** Whose living API token this is. */
export async function findTokenUser(db: Db, token: string, now: Date): Promise<User | undefined> {
  if (!isApiToken(token)) return undefined;
  const memberId = await takeToken(db, hashOfSecret(token), now);
  return memberId === undefined ? undefined : findUser(db, memberId);
}
