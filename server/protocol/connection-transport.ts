import { type IncomingMessage, request } from "node:http";
import { connect } from "node:net";
import { join, resolve } from "node:path";
import { type Duplex, Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ReadableStream as NodeStream } from "node:stream/web";
import type { Transport } from "./call";

/** Exactly as it was written: what a proof names is not to be spelled anew on the way. */
export const pathOf = (url: string) => url.slice(url.indexOf("/", url.indexOf("://") + 3));

const headersOf = (incoming: IncomingMessage): [string, string][] =>
  Object.entries(incoming.headers).flatMap(([name, value]) =>
    [value ?? []].flat().map((one): [string, string] => [name, one]),
  );

/** An answer whose body is still coming in; some have none. */
function responseOf(incoming: IncomingMessage): Response {
  const head = { status: incoming.statusCode ?? 502, headers: headersOf(incoming) };
  const isBodyless = head.status === 204 || head.status === 205 || head.status === 304;
  if (isBodyless) incoming.resume();
  return new Response(isBodyless ? null : (Readable.toWeb(incoming) as ReadableStream), head);
}

/** Carries each call over a connection that `open` makes: to a Unix socket, or to a gateway inside of this process. */
export const transportOver =
  (open: () => Duplex): Transport =>
  (url, init) =>
    new Promise((answer, reject) => {
      const outgoing = request(
        {
          createConnection: open as never,
          method: init.method ?? "GET",
          path: pathOf(url),
          headers: Object.fromEntries(new Headers(init.headers)),
          ...(init.signal ? { signal: init.signal } : {}),
        },
        (incoming) => answer(responseOf(incoming)),
      );
      outgoing.on("error", reject);
      const { body } = init;
      if (!(body instanceof ReadableStream)) outgoing.end(body ?? undefined);
      // A body that nobody read to its end was answered before, or its connection broke, which is told above.
      else pipeline(Readable.fromWeb(body as NodeStream), outgoing).catch(() => undefined);
    });

const socketPrefix = "unix:";
export const isSocket = (address: string) => address.startsWith(socketPrefix);

/** Where a framework that listens nowhere else serves its own proxy apps and its owner's command. */
export const gatewaySocket = (folder: string) => join(folder, "gateway.sock");
export const socketAddress = (folder: string) => `${socketPrefix}${resolve(gatewaySocket(folder))}`;

/** The way to a gateway's address: `unix:` and a path is a socket in a folder, everything else the network. */
export const transportTo = (address: string): Transport =>
  isSocket(address) ? transportOver(() => connect(address.slice(socketPrefix.length))) : fetch;
