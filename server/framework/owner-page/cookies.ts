import { sha256Hex } from "#server/protocol/canonical";
import type { Call } from "../gateway/call";

type Kind = "session" | "browser" | "language";

/** Cookies ignore ports, so each framework of a machine needs names of its own. */
function nameOf({ ctx }: Call, kind: Kind): string {
  const name = `krdc_owner_${kind}_${sha256Hex(ctx.url).slice(0, 8)}`;
  return ctx.url.startsWith("https:") ? `__Host-${name}` : name;
}

export function readCookie(call: Call, kind: Kind): string | undefined {
  const wanted = `${nameOf(call, kind)}=`;
  const found = (call.request.headers.cookie ?? "").split(/; */).filter((pair) => pair.startsWith(wanted));
  // Two of one name: somebody beside us set one, and nobody can say which.
  return found.length === 1 ? found[0]?.slice(wanted.length) : undefined;
}

/** A cookie that a sign-in must bring back from the issuer's site has to be lax; the session itself is strict. */
export function setCookie(call: Call, kind: Kind, text: string, maxAgeSeconds?: number): void {
  const isSecure = call.ctx.url.startsWith("https:");
  const parts = [
    `${nameOf(call, kind)}=${text}`,
    isSecure ? "Path=/; Secure" : "Path=/operator",
    "HttpOnly",
    `SameSite=${kind === "browser" ? "Lax" : "Strict"}`,
    ...(maxAgeSeconds === undefined ? [] : [`Max-Age=${maxAgeSeconds}`]),
  ];
  call.response.appendHeader("set-cookie", parts.join("; "));
}
