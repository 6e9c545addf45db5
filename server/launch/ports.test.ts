import { createServer, type Server } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { describePortHolder, isPortFree, listeningInodes } from "./bootstrap/port.js";
import { chooseFreePort, choosePorts } from "./ports";

let stranger: Server;
let taken: number;
beforeEach(async () => {
  taken = await chooseFreePort([]);
  stranger = createServer();
  await new Promise<void>((resolve) => stranger.listen(taken, "127.0.0.1", resolve));
});
afterEach(() => stranger.close());

test("kept ports stay; one that a stranger took is replaced and told", async () => {
  const kept = await chooseFreePort([taken]);
  const choice = await choosePorts(["postgres", "bio", "identity"], { postgres: kept, bio: taken });
  expect(choice.ports.postgres).toBe(kept);
  expect(choice.moved).toEqual([{ name: "bio", from: taken, to: choice.ports.bio }]);
  expect(new Set(Object.values(choice.ports)).size).toBe(3);
});

test("a chosen port is free and none of those given", async () => {
  const order = [(taken - 20_000) / 12_000, (taken - 19_999) / 12_000];
  const port = await chooseFreePort([], () => order.shift() ?? Math.random());
  expect(port).not.toBe(taken);
  expect(await isPortFree(port, "127.0.0.1")).toBe(true);
});

test("whoever listens on a port is named", () => {
  expect(describePortHolder(taken)).toContain(`process ${process.pid} (`);
});

test("only listening sockets of that very port count", () => {
  const table = [
    "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode",
    "   0: 0100007F:0BB8 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 111 1",
    "   1: 0100007F:0BB8 0100007F:9999 01 00000000:00000000 00:00000000 00000000     0        0 222 1",
    "   2: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 333 1",
  ].join("\n");
  expect(listeningInodes(table, 3000)).toEqual(["111"]);
});
