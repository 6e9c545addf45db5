import { KrdcError } from "#server/errors";

/** The raw body to hand on; a call without one is refused here and not at the other end. */
export function bodyStream(request: Request): ReadableStream<Uint8Array> {
  if (!request.body) throw new KrdcError("invalid", "request.no_body");
  return request.body;
}
