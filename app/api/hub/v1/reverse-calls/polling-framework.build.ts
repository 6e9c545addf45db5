import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { sha256Hex } from "#server/protocol/canonical";
import type { PrivateKey } from "#server/protocol/keys";
import { makeProof } from "#server/protocol/proof";
import { answerHeader, nextCalls, type WaitingCall } from "#server/protocol/reach";
import { PUT as bring } from "./[id]/answer/route";
import { GET as readBody } from "./[id]/body/route";
import { POST as next } from "./next/route";

type Door = (request: Request, context: { params: Promise<Record<string, string>> }) => Promise<Response>;

const doors: [RegExp, Door][] = [
  [/^POST \/api\/hub\/v1\/reverse-calls\/next$/, next],
  [/^GET \/api\/hub\/v1\/reverse-calls\/(?<id>[^/]+)\/body$/, readBody],
  [/^PUT \/api\/hub\/v1\/reverse-calls\/(?<id>[^/]+)\/answer$/, bring],
];

/** As the portal hands a call to its route: nothing of the body is read before the route asks, and a caller that leaves is told. */
async function serve(hubUrl: string, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const gone = new AbortController();
  outgoing.on("close", () => gone.abort());
  const { method = "", url = "" } = incoming;
  const isRead = method === "GET";
  const request = new Request(`${hubUrl}${url}`, {
    method,
    headers: incoming.headers as Record<string, string>,
    signal: gone.signal,
    ...(isRead ? {} : { body: incoming, duplex: "half" }),
  } as unknown as RequestInit);
  const [pattern, door] = doors.find(([one]) => one.test(`${method} ${url}`)) ?? [];
  if (!(pattern && door)) throw new TypeError(`no door for ${method} ${url}`);
  const { groups = {} } = pattern.exec(`${method} ${url}`) ?? {};
  const answer = await door(request, { params: Promise.resolve({ ...groups }) });
  outgoing.writeHead(answer.status, Object.fromEntries(answer.headers));
  if (answer.body) await pipeline(Readable.fromWeb(answer.body as never), outgoing);
  else outgoing.end();
}

/** The routes under test over real HTTP. */
export async function aPortal(hubUrl: string): Promise<{ url: string; close: () => Promise<void> }> {
  const server = createServer((incoming, outgoing) => {
    serve(hubUrl, incoming, outgoing).catch(() => outgoing.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const close = () =>
    new Promise<void>((resolve) => {
      server.closeAllConnections();
      server.close(() => resolve());
    });
  return { url, close };
}

export type FrameworkAnswer = {
  status: number;
  headers?: Record<string, string>;
  body?: ReadableStream<Uint8Array> | string;
};
type Asked = { call: WaitingCall; body: ReadableStream<Uint8Array> | null };
export type Work = (asked: Asked) => Promise<FrameworkAnswer>;
type Line = { portal: string; hubUrl: string; key: PrivateKey };
type Sent = { method: string; path: string; headers?: Record<string, string>; proof?: string };

/** One call of a framework to the hub, with its proof. */
export async function callHub(
  { portal, hubUrl, key }: Line,
  { method, path, headers = {}, proof }: Sent,
  body?: string | ReadableStream<Uint8Array>,
  signal: AbortSignal | null = null,
): Promise<Response> {
  const route = `/api/hub/v1/reverse-calls${path}`;
  const bodySha256 = typeof body === "string" && method === "POST" ? sha256Hex(body) : undefined;
  const dpop = proof ?? (await makeProof(key, { htm: method, htu: `${hubUrl}${route}`, bodySha256 }, new Date()));
  const given = body === undefined ? {} : { body, duplex: "half" };
  return fetch(`${portal}${route}`, { method, headers: { ...headers, dpop }, signal, ...given } as RequestInit);
}

export const askForNext = async (line: Line, signal: AbortSignal | null = null) => {
  const answer = await callHub(line, { method: "POST", path: "/next" }, JSON.stringify({ taken: [] }), signal);
  return nextCalls.parse(await answer.json());
};

export const headerOf = (status: number, headers: Record<string, string> = {}) => ({
  [answerHeader]: Buffer.from(JSON.stringify({ status, headers })).toString("base64url"),
});

/** A framework that opens no socket: it asks for its calls, does this work for each, and brings the answer. */
export function aPollingFramework(line: Line, work: Work) {
  const stopping = new AbortController();
  const { signal } = stopping;
  /** How bringing each answer ended; 0 where the line was cut. */
  const statuses: number[] = [];
  const answer = async (call: WaitingCall) => {
    const body = call.hasBody
      ? await callHub(line, { method: "GET", path: `/${call.id}/body` }, undefined, signal)
      : null;
    const made = await work({ call, body: body?.body ?? null });
    const headers = headerOf(made.status, made.headers);
    const path = `/${call.id}/answer`;
    const brought = callHub(line, { method: "PUT", path, headers }, made.body, signal);
    statuses.push(
      await brought.then(
        ({ status }) => status,
        () => 0,
      ),
    );
  };
  const loop = async () => {
    while (!signal.aborted) {
      for (const call of (await askForNext(line, signal)).calls) answer(call).catch(() => undefined);
    }
  };
  const done = loop().catch(() => undefined);
  return {
    statuses,
    stop: async () => {
      stopping.abort();
      await done;
    },
  };
}
