import { hubEnv } from "#server/env";

/** Cookies ignore ports, so each home's names end with its id. */
export function cookieNames() {
  const { KRDC_HOME_ID: id, KRDC_HUB_URL: url } = hubEnv();
  const isSecure = url.startsWith("https:");
  const prefix = isSecure ? "__Host-" : "";
  const name = (what: string) => `${prefix}krdc-${what}-${id}`;
  return {
    isSecure,
    session: name("session"),
    callback: name("callback"),
    csrf: name("csrf"),
    pkce: name("pkce"),
    state: name("state"),
    nonce: name("nonce"),
  };
}
