import { z } from "zod";
import { hubEnv } from "#server/env";
import { theHub } from "./hub";

const discovery = z.object({ end_session_endpoint: z.url().optional() });

async function endSessionEndpoint(issuer: string): Promise<string | undefined> {
  try {
    const address = `${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`;
    const answer = await fetch(address, { redirect: "error", signal: AbortSignal.timeout(3000) });
    return discovery.parse(await answer.json()).end_session_endpoint;
  } catch {
    return undefined;
  }
}

/**
 * Where the browser goes after signing out: through the provider's own sign-out, so that the session there ends too.
 * It is named by our client's id and not by an id token, because no token ever reaches the browser.
 */
export async function wayOut(): Promise<string> {
  const env = hubEnv();
  const home = `${theHub().url}/`;
  const endpoint = await endSessionEndpoint(env.OIDC_ISSUER);
  if (!endpoint) return home;
  const url = new URL(endpoint);
  url.searchParams.set("client_id", env.OIDC_CLIENT_ID);
  url.searchParams.set("post_logout_redirect_uri", home);
  return url.href;
}
