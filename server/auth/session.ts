import { cookies, headers } from "next/headers";
import { redirect } from "next/navigation";
import { cache } from "react";
import "server-only";
import { hubDb } from "#server/db/hub";
import type { User } from "#server/hub/members/member";
import { findSessionUser } from "#server/hub/sessions/find-session-user";
import { cookieNames } from "./cookie-names";
import { safeReturn } from "./same-origin";

/** Who is signed in in this browser, asked once per request. */
export const currentUser = cache(async (): Promise<User | undefined> => {
  const token = (await cookies()).get(cookieNames().session)?.value;
  if (!token) return undefined;
  return (await findSessionUser(hubDb(), token, new Date()))?.user;
});

/** The signed-in member, or the way to the sign-in page and back to `from`. */
export async function requireUser(from?: string): Promise<User> {
  const user = await currentUser();
  if (user) return user;
  const back = safeReturn(from ?? (await headers()).get("x-krdc-path"));
  redirect(`/sign-in?from=${encodeURIComponent(back)}`);
}
