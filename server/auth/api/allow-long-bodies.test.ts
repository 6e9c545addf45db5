import { once } from "node:events";
import { createServer, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { allowLongBodies } from "./allow-long-bodies";

/** A server that gives a body 50 ms, where the portal's gives it five minutes. */
async function aHastyServer(): Promise<Server> {
  const server = createServer(
    { requestTimeout: 50, headersTimeout: 40, connectionsCheckingInterval: 10 },
    (call, answer) => {
      call.resume().on("end", () => answer.end("taken"));
      call.on("error", () => answer.destroy());
    },
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}

/** Sends half a body, and the rest once `mayEnd` has come; answers the status. */
function sendSlowly(server: Server, mayEnd: Promise<void>): Promise<number | undefined> {
  const { port } = server.address() as AddressInfo;
  return new Promise((resolve, reject) => {
    const call = request({ port, method: "PUT", agent: false }, (answer) => resolve(answer.resume().statusCode));
    call.on("error", reject);
    call.write("half");
    mayEnd.then(() => call.end("rest"));
  });
}

const afterTheBound = async (server: Server) => {
  // Another slow call, on a server of its own that nobody told, is cut: then more than the bound has passed for ours too.
  const never = new Promise<void>(() => undefined);
  expect(await sendSlowly(server, never)).toBe(408);
};

test("a body that comes slowly is cut, unless files were said to take longer", async () => {
  const [told, untold] = [await aHastyServer(), await aHastyServer()];
  allowLongBodies();
  let release = () => {};
  const mayEnd = new Promise<void>((resolve) => {
    release = resolve;
  });
  const arrived = once(told, "request");
  const slow = sendSlowly(told, mayEnd);
  await arrived;
  await afterTheBound(untold);
  await afterTheBound(untold);
  release();
  expect(await slow).toBe(200);
  for (const server of [told, untold]) {
    server.closeAllConnections();
    server.close();
  }
});
