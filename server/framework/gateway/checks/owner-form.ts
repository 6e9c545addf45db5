import { timingSafeEqual } from "node:crypto";
import { KrdcError } from "#server/errors";
import { sha256Hex } from "#server/protocol/canonical";
import { refusalAnswer } from "../../owner-page/page";
import { bodyOf, type Call, type Check, proven } from "../call";

const maxBytes = 16 * 1024;

async function readForm(call: Call): Promise<URLSearchParams | undefined> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of bodyOf(call)) {
    size += part.length;
    if (size > maxBytes) return undefined;
    parts.push(part);
  }
  return new URLSearchParams(Buffer.concat(parts).toString("utf8"));
}

const isSame = (one: string, other: string) =>
  timingSafeEqual(Buffer.from(sha256Hex(one)), Buffer.from(sha256Hex(other)));

/** A form that stood on a page of this very session: our own origin, and the session's own word in it. */
export const ownerForm: Check = async (call) => {
  const refused = new KrdcError("forbidden", "owner.form_refused");
  if (call.request.headers.origin !== new URL(call.ctx.url).origin) return refusalAnswer(call, refused);
  const form = await readForm(call);
  if (!form) return refusalAnswer(call, new KrdcError("too_large", "request.too_large", { detail: { maxBytes } }));
  if (!isSame(form.get("csrf") ?? "", proven(call, "owner").csrf)) return refusalAnswer(call, refused);
  call.form = form;
  return undefined;
};
