import { KrdcError } from "#server/errors";
import type { Call } from "../call";

/** A header that may stand once only; twice is a call that two readers would read differently. */
export function headerOf(call: Call, name: string): string | undefined {
  const all = call.request.headersDistinct[name];
  if (all === undefined) return undefined;
  if (all.length !== 1) throw new KrdcError("unauthenticated", "unauthenticated");
  return all[0];
}

/** The credential behind a scheme of the authorization header. */
export function bearerOf(call: Call, scheme: string): string | undefined {
  const header = headerOf(call, "authorization");
  if (header === undefined) return undefined;
  const prefix = `${scheme} `;
  if (!header.startsWith(prefix)) throw new KrdcError("unauthenticated", "unauthenticated");
  return header.slice(prefix.length);
}

/** The address that a proof must name: from our own configuration, never from a Host header. */
export const htuOf = (call: Call) => `${call.ctx.url}${call.path}`;
