import { z } from "zod";
import { KrdcError, kindOfStatus } from "#server/errors";

/** RFC 9457 body; `code` is the stable reason, `detail` plain facts for the sentence. */
export const problemBody = z.looseObject({
  status: z.int(),
  code: z.string(),
  title: z.string().optional(),
  detail: z.record(z.string(), z.unknown()).optional(),
});

/** What goes over the wire for any thrown value; unknown errors say nothing but their request's id. */
export function problemOf(error: unknown, requestId: string): z.infer<typeof problemBody> {
  if (error instanceof KrdcError) {
    return { type: "about:blank", status: error.status, code: error.reason, title: error.kind, detail: error.detail };
  }
  return { type: "about:blank", status: 500, code: "internal", title: "internal", detail: { requestId } };
}

/** Rebuilds the peer's refusal, so that it reads the same here as there. */
export function errorOfProblem(status: number, body: unknown): KrdcError {
  const parsed = problemBody.safeParse(body);
  if (!parsed.success || status >= 500) {
    const code = parsed.success ? parsed.data.code : "peer.unavailable";
    if (status >= 500) return new KrdcError("unavailable", code === "internal" ? "peer.failed" : code);
    return new KrdcError(kindOfStatus(status), "peer.refused", { detail: { status } });
  }
  return new KrdcError(kindOfStatus(status), parsed.data.code, { detail: parsed.data.detail ?? {} });
}
