import { KrdcError } from "#server/errors";
import { answerHead } from "#server/protocol/reach";
import type { ClusterContext } from "../context";
import { theWaitingCalls } from "./the-waiting-calls";

type Brought = { id: string; head: string | null; body: ReadableStream<Uint8Array> | null };

function headOf(text: string | null) {
  try {
    return answerHead.parse(JSON.parse(Buffer.from(text ?? "", "base64url").toString("utf8")));
  } catch (cause) {
    throw new KrdcError("invalid", "reverse_call.bad_answer", { cause });
  }
}

/** Hands a framework's answer to whoever waits for it here, and returns when they have read it to the end. */
export async function bringAnswer(ctx: ClusterContext, { id, head, body }: Brought): Promise<Record<string, never>> {
  const isRead = await theWaitingCalls().answer(ctx.user.name, id, headOf(head), body);
  if (!isRead) throw new KrdcError("not_found", "reverse_call.not_found");
  return {};
}
