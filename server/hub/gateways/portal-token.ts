import { randomUUID } from "node:crypto";
import { SignJWT } from "jose";
import type { z } from "zod";
import { type portalTokenClaims, portalTokenLifetimeSeconds, portalTokenType } from "#server/protocol/framework-api";
import { importSigningKey, publicPart, thumbprintOf } from "#server/protocol/keys";
import type { Hub } from "../context";
import type { User } from "../members/member";

/** Five minutes in which the portal may speak for this user at this one gateway, with the portal's key only. */
export async function makePortalToken(hub: Hub, user: User, audience: string, now: Date): Promise<string> {
  const iat = Math.floor(now.getTime() / 1000);
  const claims: z.infer<typeof portalTokenClaims> = {
    iss: hub.url,
    aud: audience,
    sub: user.pseudonym,
    iat,
    exp: iat + portalTokenLifetimeSeconds,
    jti: randomUUID(),
    cnf: { jkt: await thumbprintOf(publicPart(hub.portalKey)) },
    user: {
      sub: user.pseudonym,
      account: user.account,
      name: user.name,
      organization: user.organization.id,
      roles: user.roles,
    },
  };
  return new SignJWT(claims)
    .setProtectedHeader({ alg: "EdDSA", typ: portalTokenType, kid: hub.signingKey.kid })
    .sign(await importSigningKey(hub.signingKey));
}
