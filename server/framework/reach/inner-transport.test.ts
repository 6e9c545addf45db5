import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import { Readable } from "node:stream";
import { expect, test } from "vitest";
import { until } from "../until.build";
import { innerTransport, travelling } from "./inner-transport";

const gateOf = (answer: RequestListener) => {
  const server = createServer(answer);
  return { server, gate: innerTransport(server) };
};
const address = "mailbox://bio/v1/things?of=mine";

test("a call reaches the gateway as it is, over no socket at all", async () => {
  const { server, gate } = gateOf(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const { method, url, headers } = request;
    response
      .writeHead(201, { "x-seen": "yes" })
      .end(JSON.stringify({ method, url, mark: headers["x-mark"], body: String(Buffer.concat(parts)) }));
  });
  const answer = await gate(address, { method: "PUT", headers: { "x-mark": "1" }, body: "본문" });
  expect([answer.status, answer.headers.get("x-seen"), server.listening]).toEqual([201, "yes", false]);
  expect(await answer.json()).toEqual({ method: "PUT", url: "/v1/things?of=mine", mark: "1", body: "본문" });
});

test("an answer that nobody reads is not made either", async () => {
  let made = 0;
  const { gate } = gateOf((_request, response) => {
    const source = Readable.from(
      (function* () {
        for (made = 0; made < 10_000; made += 1) yield Buffer.alloc(64 * 1024);
      })(),
    );
    source.pipe(response);
  });
  const answer = await gate(address, {});
  const reader = answer.body?.getReader();
  await reader?.read();
  const before = await until("it stands still", async () => {
    const seen = made;
    await new Promise((resolve) => setImmediate(resolve));
    return seen === made && seen;
  });
  expect(before).toBeLessThan(50);
  await reader?.cancel();
});

test("whoever gives up a call ends it at the gateway too", async () => {
  const patience = new AbortController();
  const { server, gate } = gateOf(() => undefined);
  const [asked, seen] = [gate(address, { signal: patience.signal }), once(server, "request")];
  const [, response] = await seen;
  const closed = once(response, "close");
  patience.abort();
  await expect(asked).rejects.toThrow();
  await closed;
});

test("a gateway that hangs up in the middle of an answer breaks the answer", async () => {
  const { gate } = gateOf((_request, response) => {
    response.writeHead(200, { "content-length": "100" }).write("half");
    setImmediate(() => response.destroy());
  });
  const answer = await gate(address, {});
  await expect(answer.text()).rejects.toThrow();
});

test("what belongs to the wire stays on the wire", () => {
  const given: [string, string][] = [
    ["Host", "x"],
    ["connection", "close"],
    ["Transfer-Encoding", "chunked"],
    ["dpop", "1"],
    ["range", "bytes=1-"],
  ];
  expect(travelling(given)).toEqual({ dpop: "1", range: "bytes=1-" });
});
