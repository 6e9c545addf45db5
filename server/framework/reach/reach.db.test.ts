import { randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { askAsOperator } from "../framework.build";
import {
  ask,
  fetchBytes,
  readOutput,
  researcher,
  stepOf,
  submit,
  submitAndEnd,
  untilOver,
  untilStep,
} from "../portal.build";
import { aPair, aTurn, logOfTurning, type Pair } from "./reach.build";

describe.each([
  { given: "a host that opens no socket", silent: { host: true } },
  { given: "a home that opens no socket", silent: { home: true } },
  { given: "home and host that open none", silent: { home: true, host: true } },
])("with $given", ({ silent }) => {
  let pair: Pair;
  beforeAll(async () => {
    pair = await aPair(inject("pgAdminUrl"), silent);
  });
  afterAll(async () => {
    expect(await pair.drop()).toEqual([]);
  });

  test("whoever opens none serves a socket in its own folder and nothing else", () => {
    for (const name of ["home", "host"] as const) {
      const { address, folder, url } = pair[name];
      const want = name in silent ? join(folder, "gateway.sock") : { address: "127.0.0.1" };
      expect(address).toEqual(typeof want === "string" ? want : expect.objectContaining(want));
      expect(url).toMatch(name in silent ? /^mailbox:/ : /^http:/);
    }
  });

  test("a remote run starts once, and its outputs and log come home byte by byte", async () => {
    const content = randomBytes(1_500_000);
    const { drawn, starts } = await aTurn(pair, { content });
    const view = await submitAndEnd(pair.home, drawn, 60_000);
    expect(stepOf(view, "only")).toMatchObject({ state: "SUCCEEDED", attempt: 1 });
    expect(await starts()).toBe(1);
    const { sha256 } = view.outputs.find(({ name }) => name === "turned")?.files[0] ?? { sha256: "" };
    const turned = await fetchBytes(pair.home, researcher, `/v1/runs/${view.id}/files/${sha256}`);
    expect(turned.equals(Buffer.from(content).reverse())).toBe(true);
    const log = await fetchBytes(pair.home, researcher, `/v1/runs/${view.id}/steps/only/0/log`);
    expect(String(log)).toBe(logOfTurning);
  });

  test("a cancel ends it there", async () => {
    const { drawn, starts } = await aTurn(pair, { content: Buffer.from("x"), waits: true });
    const id = await submit(pair.home, drawn);
    await untilStep(pair.home, id, "only", "REMOTE_RUNNING");
    await ask(pair.home, researcher, "POST", `/v1/runs/${id}/cancel`, {});
    const view = await untilOver(pair.home, id, 30_000);
    expect(stepOf(view, "only")).toMatchObject({ state: "CANCELLED" });
    expect(await starts()).toBe(1);
  });

  test("its owner's word ends it too, given where nobody dials", async () => {
    const { drawn } = await aTurn(pair, { content: Buffer.from("x"), waits: true });
    const id = await submit(pair.home, drawn);
    await untilStep(pair.home, id, "only", "REMOTE_RUNNING");
    const revoked = await askAsOperator(pair.host, `/v1/operator/agreements/${pair.away.agreement}/revoke`, {});
    expect(revoked.status).toBe(200);
    const view = await untilOver(pair.home, id, 30_000);
    expect(stepOf(view, "only")).toMatchObject({ end: "REVOKED" });
  });
});

test("two that open no socket and are cut off from the hub in the middle find each other again: one start", async () => {
  const pair: Pair = await aPair(inject("pgAdminUrl"), { home: true, host: true });
  const { drawn, sign, starts } = await aTurn(pair, { content: Buffer.from("토막"), waits: true });
  const id = await submit(pair.home, drawn);
  await untilStep(pair.home, id, "only", "REMOTE_RUNNING");
  pair.hub.cutOff.add("home").add("host");
  await untilStep(pair.home, id, "only", "UNREACHABLE");
  await writeFile(sign, "");
  pair.hub.cutOff.clear();
  const view = await untilOver(pair.home, id, 60_000);
  expect(stepOf(view, "only")).toMatchObject({ state: "SUCCEEDED", attempt: 1 });
  expect(await readOutput(pair.home, view, "turned")).toEqual([Buffer.from("토막").reverse().toString("utf8")]);
  expect(await starts()).toBe(1);
  expect(await pair.drop()).toEqual([]);
}, 90_000);
