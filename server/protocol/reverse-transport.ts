import type { Transport } from "./call";
import { mailboxOf, waitingCall } from "./reach";
import type { WaitingCalls } from "./waiting-calls";

const bytesOf = (body: RequestInit["body"]) => (typeof body === "string" ? new TextEncoder().encode(body) : body);

/** Carries calls to a framework that takes them itself, as `fetch` carries them to one that is dialed. */
export function reverseTransport(calls: WaitingCalls, recipient: string): Transport {
  return async (url, { method, headers, body, signal }) => {
    const answer = await calls.ask(recipient, {
      method: waitingCall.shape.method.parse(method),
      path: url.slice(mailboxOf(recipient).length),
      headers: Object.fromEntries(new Headers(headers)),
      body: (bytesOf(body) ?? undefined) as ReadableStream<Uint8Array> | Uint8Array | undefined,
      signal: signal ?? new AbortController().signal,
    });
    if (answer.status < 300 || answer.status >= 400) return answer;
    await answer.body?.cancel();
    throw new TypeError("a call is never redirected");
  };
}
