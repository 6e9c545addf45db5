import { KrdcError } from "#server/errors";
import { parseJsonStrict } from "#server/graph/parse-workflow";
import { sha256Hex } from "#server/protocol/canonical";
import { bodyOf, type Call, type Check } from "../call";

async function readBody(call: Call, maxBytes: number): Promise<Buffer> {
  const tooLarge = new KrdcError("too_large", "request.too_large", { detail: { maxBytes } });
  if (Number(call.request.headers["content-length"] ?? 0) > maxBytes) throw tooLarge;
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of bodyOf(call)) {
    size += part.length;
    if (size > maxBytes) throw tooLarge;
    parts.push(part);
  }
  return Buffer.concat(parts);
}

/** No database keeps a NUL in a text; half characters were refused while parsing. */
function holdsNul(json: unknown): boolean {
  if (typeof json === "string") return json.includes("\0");
  if (typeof json !== "object" || json === null) return false;
  return Object.entries(json).some(([key, item]) => key.includes("\0") || holdsNul(item));
}

/** Reads a JSON body up to its cap; where the caller has given a proof, it must name the digest of exactly these bytes. */
export const jsonBody =
  (maxBytes: number): Check =>
  async (call) => {
    call.body = await readBody(call, maxBytes);
    if (call.proof && call.proof.body_sha256 !== sha256Hex(call.body)) {
      throw new KrdcError("unauthenticated", "unauthenticated");
    }
    const parsed = parseJsonStrict(call.body.toString("utf8"));
    if ("problems" in parsed)
      throw new KrdcError("invalid", "request.not_json", { detail: { problems: parsed.problems } });
    if (holdsNul(parsed.value)) throw new KrdcError("invalid", "request.invalid");
    call.json = parsed.value;
    return undefined;
  };
