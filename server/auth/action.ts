import { headers } from "next/headers";
import type { z } from "zod";
import { KrdcError } from "#server/errors";
import type { HubContext } from "#server/hub/context";
import { hubContext } from "./context";
import { theHub } from "./hub";
import { isFromOurPages } from "./same-origin";
import { currentUser } from "./session";

export type ActionResult<T> = { ok: true; value: T } | { ok: false; reason: string; detail: Record<string, unknown> };

/** The one door for writes from the browser: from our page, who are you, what did you say, then the work. */
export function action<S extends z.ZodType, T>(schema: S, work: (ctx: HubContext, input: z.output<S>) => Promise<T>) {
  return async (raw: z.input<S>): Promise<ActionResult<T>> => {
    try {
      if (!isFromOurPages(await headers(), theHub().url)) throw new KrdcError("forbidden", "auth.other_origin");
      const user = await currentUser();
      if (!user) throw new KrdcError("unauthenticated", "auth.sign_in_first");
      const input = schema.safeParse(raw);
      if (!input.success) throw new KrdcError("invalid", "form.check_fields", { cause: input.error });
      return { ok: true, value: await work(hubContext(user), input.data) };
    } catch (error) {
      if (!(error instanceof KrdcError)) throw error;
      return { ok: false, reason: error.reason, detail: error.detail };
    }
  };
}
