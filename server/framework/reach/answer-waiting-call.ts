import { KrdcError } from "#server/errors";
import { callStream, sendStream, type Transport } from "#server/protocol/call";
import { problemOf } from "#server/protocol/problem";
import { answerHeader, type WaitingCall } from "#server/protocol/reach";
import type { FrameworkContext } from "../context";
import { travelling } from "./inner-transport";

const transferMs = 6 * 3_600_000;

type Taken = { call: WaitingCall /** Its address at the caller's gateway. */; at: string };

async function passOurDoor(ctx: FrameworkContext, gate: Transport, { call, at }: Taken, signal: AbortSignal) {
  const { method, path } = call;
  const body = call.hasBody
    ? await callStream(ctx.key, { method: "GET", url: `${at}/body`, now: ctx.now(), timeoutMs: transferMs, signal })
    : undefined;
  try {
    // A length without a body would be waited for.
    const headers = travelling(
      Object.entries(call.headers).filter(([name]) => body || !/^content-length$/i.test(name)),
    );
    return await gate(`${ctx.url}${path}`, { method, headers, body: body?.body ?? null, signal });
  } catch (cause) {
    const problem = problemOf(new KrdcError("unavailable", "peer.failed", { cause }), call.id);
    return Response.json(problem, { status: problem.status });
  }
}

/** Lets one call that waited for us pass our own door and brings the answer, however large, back to where the call waits. */
export async function answerWaitingCall(ctx: FrameworkContext, gate: Transport, taken: Taken): Promise<void> {
  const end = new AbortController();
  const signal = AbortSignal.any([ctx.stopping, end.signal]);
  try {
    const answer = await passOurDoor(ctx, gate, taken, signal);
    const head = { status: answer.status, headers: travelling(answer.headers) };
    await sendStream(ctx.key, {
      method: "PUT",
      url: `${taken.at}/answer`,
      now: ctx.now(),
      body: answer.body ?? new Uint8Array(),
      headers: {
        "content-type": "application/octet-stream",
        [answerHeader]: Buffer.from(JSON.stringify(head)).toString("base64url"),
      },
      timeoutMs: transferMs,
      signal,
    });
  } finally {
    // Nobody wants the rest of a call or an answer that broke.
    end.abort();
  }
}
