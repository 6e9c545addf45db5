import { KrdcError } from "#server/errors";
import { sha256Hex } from "./canonical";
import type { PrivateKey } from "./keys";
import { errorOfProblem } from "./problem";
import { makeProof } from "./proof";
import { limitWithin } from "./signal-within";

export type Call = {
  method: "GET" | "PUT" | "POST" | "DELETE" | "HEAD";
  url: string;
  json?: unknown;
  /** A grant or portal token that the proof is bound to. */
  token?: string | undefined;
  headers?: Record<string, string>;
  timeoutMs?: number;
  signal?: AbortSignal | undefined;
  /** The caller's clock; the machine's own where none is given. */
  now?: Date;
  /** How the other party is reached where it is not dialed. */
  transport?: Transport | undefined;
};
export type Transport = (url: string, init: RequestInit) => Promise<Response>;

/** Streams are proven by the digest that stands in their address, or, for an upload whose digest is unknown yet, not at all. */
export type StreamCall = Omit<Call, "json"> & { body: ReadableStream | Uint8Array; bodySha256?: string };

/** A mailbox has no origin. */
function addressOf(url: string): string {
  const { origin, protocol, host } = new URL(url);
  return origin === "null" ? `${protocol}//${host}` : origin;
}
const htuOf = (url: string) => url.split("?")[0] ?? url;

type Sent = { response: Response; clear: () => void };

async function send(
  key: PrivateKey,
  call: Call & { body?: BodyInit | null; bodySha256?: string | undefined },
): Promise<Sent> {
  const proof = await makeProof(
    key,
    { htm: call.method, htu: htuOf(call.url), bodySha256: call.bodySha256, accessToken: call.token },
    call.now ?? new Date(),
  );
  const { signal, clear } = limitWithin(call.timeoutMs ?? 30_000, ...(call.signal ? [call.signal] : []));
  try {
    const response = await (call.transport ?? fetch)(call.url, {
      method: call.method,
      redirect: "error",
      headers: { ...call.headers, dpop: proof, ...(call.token ? { authorization: `DPoP ${call.token}` } : {}) },
      signal,
      ...(call.body ? { body: call.body, duplex: "half" } : {}),
    } as RequestInit);
    return { response, clear };
  } catch (cause) {
    clear();
    // What no way carries is no matter of trying again.
    if (cause instanceof KrdcError && !cause.retryable) throw cause;
    throw new KrdcError("unavailable", "peer.unreachable", { cause, detail: { address: addressOf(call.url) } });
  }
}

async function refuse({ response, clear }: Sent): Promise<never> {
  const body = await response.json().catch(() => undefined);
  clear();
  throw errorOfProblem(response.status, body);
}

async function readJson(sent: Sent): Promise<{ status: number; body: unknown }> {
  const { response, clear } = sent;
  if (!response.ok) return refuse(sent);
  const body = response.status === 204 ? undefined : await response.json().catch(() => undefined);
  clear();
  return { status: response.status, body };
}

/** Calls another party with a proof by our key and answers the parsed JSON, or throws the party's own refusal. */
export async function callJson(key: PrivateKey, call: Call): Promise<{ status: number; body: unknown }> {
  const text = call.json === undefined ? undefined : JSON.stringify(call.json);
  const sent = await send(key, {
    ...call,
    headers: { ...call.headers, ...(text === undefined ? {} : { "content-type": "application/json" }) },
    body: text ?? null,
    bodySha256: text === undefined ? undefined : sha256Hex(text),
  });
  return readJson(sent);
}

/** The same for bytes that come back; the caller reads the stream. */
export async function callStream(key: PrivateKey, call: Call): Promise<Response> {
  const sent = await send(key, call);
  return sent.response.ok ? sent.response : refuse(sent);
}

/** The same for bytes that go out. */
export async function sendStream(key: PrivateKey, call: StreamCall): Promise<{ status: number; body: unknown }> {
  return readJson(await send(key, { ...call, body: call.body as BodyInit, bodySha256: call.bodySha256 }));
}
