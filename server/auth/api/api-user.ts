import { hubDb } from "#server/db/hub";
import { KrdcError } from "#server/errors";
import type { User } from "#server/hub/members/member";
import { findSessionUser } from "#server/hub/sessions/find-session-user";
import { findTokenUser } from "#server/hub/tokens/find-token-user";
import { cookieNames } from "../cookie-names";
import { theHub } from "../hub";
import { isFromOurPages } from "../same-origin";
import { cookieOf } from "./session-cookie";

const unauthenticated = () => new KrdcError("unauthenticated", "auth.sign_in_first");
const isRead = (request: Request) => request.method === "GET" || request.method === "HEAD";

/** Who calls the API: by API token, or by the browser's session, whose writes must come from our own pages. */
export async function apiUser(request: Request): Promise<User> {
  const authorization = request.headers.get("authorization");
  if (authorization !== null) {
    const token = /^Bearer (\S{1,200})$/i.exec(authorization)?.[1];
    const user = token ? await findTokenUser(hubDb(), token, new Date()) : undefined;
    if (!user) throw unauthenticated();
    return user;
  }
  const cookie = cookieOf(request, cookieNames().session);
  const found = cookie ? await findSessionUser(hubDb(), cookie, new Date()) : undefined;
  if (!found) throw unauthenticated();
  if (!isRead(request) && !isFromOurPages(request.headers, theHub().url)) {
    throw new KrdcError("forbidden", "auth.other_origin");
  }
  return found.user;
}
