import type { Adapter, AdapterUser } from "next-auth/adapters";
import { hubDb } from "#server/db/hub";
import { hubEnv } from "#server/env";
import { findMember } from "#server/hub/members/find-member";
import { findUser } from "#server/hub/members/find-user";
import { closeSession } from "#server/hub/sessions/close-session";
import { findSessionUser } from "#server/hub/sessions/find-session-user";
import { openSession } from "#server/hub/sessions/open-session";

/** What one sign-in carries from the provider's answer to the session row. */
export type SignIn = { sealedTokens: string | null; userAgent: string | null; isCallback: boolean; ended: () => void };

const adapterUser = (id: string): AdapterUser => ({ id, email: "", emailVerified: null });

/** Members are made in the sign-in callback, so the library never makes users of its own. */
async function never(): Promise<never> {
  throw new TypeError("members are made by their sign-in only");
}

/** The library's sessions on our tables; its cookie holds an opaque id of which we keep the hash. */
export function sessionAdapter(signIn: SignIn): Adapter {
  return {
    createUser: never,
    updateUser: never,
    linkAccount: never,
    getUserByEmail: async () => null,
    getUser: async (id) => ((await findUser(hubDb(), id)) ? adapterUser(id) : null),
    getUserByAccount: async ({ providerAccountId }) => {
      const member = await findMember(hubDb(), hubEnv().OIDC_ISSUER, providerAccountId);
      return member && !member.disabledAt ? adapterUser(member.id) : null;
    },
    createSession: async ({ sessionToken, userId }) => {
      const { sealedTokens, userAgent } = signIn;
      const opening = { token: sessionToken, memberId: userId, sealedTokens, userAgent };
      return { sessionToken, userId, expires: await openSession(hubDb(), opening, new Date()) };
    },
    getSessionAndUser: async (sessionToken) => {
      // A new sign-in always gets a new session, also over a living one of another account.
      if (signIn.isCallback) {
        await closeSession(hubDb(), sessionToken, new Date());
        return null;
      }
      const found = await findSessionUser(hubDb(), sessionToken, new Date());
      if (!found) return null;
      const { session, user } = found;
      return { session: { sessionToken, userId: user.id, expires: session.expiresAt }, user: adapterUser(user.id) };
    },
    updateSession: async () => null,
    deleteSession: async (sessionToken) => {
      if (await closeSession(hubDb(), sessionToken, new Date())) signIn.ended();
    },
  };
}
