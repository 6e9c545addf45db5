import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { makeSigningKey } from "#server/protocol/keys";
import { findOwnerAgreement } from "../agreements/list-owner-agreements";
import { aFramework, type TestFramework } from "../framework.build";
import { aHubDouble, type HubDouble } from "../hub-double.build";
import { publishOnRequest } from "../owner-page/visitor.build";
import { anAgreement, aProposal, ask, researcher } from "../portal.build";
import { runOwnerCommand } from "./owner-command";

let hub: HubDouble;
let host: TestFramework;

beforeAll(async () => {
  hub = await aHubDouble();
  host = await aFramework("host", hub, inject("pgAdminUrl"));
  await publishOnRequest(host, "asked");
  await writeFile(join(host.folder, "owner.json"), JSON.stringify(host.operatorKey));
});
afterAll(async () => {
  await host.drop();
  await hub.close();
});

async function request(): Promise<string> {
  const document = anAgreement(host, "asked");
  await ask(host, researcher, "POST", "/v1/agreements", await aProposal(host, document));
  return document.id;
}

async function command(words: string[], env: { url?: string; operatorKeyFile?: string } = {}) {
  const said = { out: "", err: "" };
  const code = await runOwnerCommand(words, {
    env: { url: host.url, operatorKeyFile: join(host.folder, "owner.pub.json"), language: "en", ...env },
    write: (text) => {
      said.out += text;
    },
    note: (text) => {
      said.err += text;
    },
    now: () => new Date(),
  });
  return { code, ...said };
}

const stateOf = async (id: string) => (await findOwnerAgreement(host.ctx, id)).state;

describe("with portal and hub away, the owner", () => {
  beforeAll(() => {
    hub.isAway = true;
  });
  afterAll(() => {
    hub.isAway = false;
  });

  test("approves smaller than asked, which waits for the hub's signature alone", async () => {
    hub.isAway = false;
    const id = await request();
    hub.isAway = true;
    const limits = ["--limit", "window=1..24", "--limit", "method=a,b", "--egress", "none"];
    const unknown = await command(["approve", id, "--limit", "widow=1..24"]);
    expect(unknown).toMatchObject({ code: 1, err: expect.stringMatching(/^agreement\.unknown_parameter: .*widow/) });
    const { code, out, err } = await command(["approve", id, "--runs", "5", "--on-hub-silent", "kill", ...limits]);
    expect({ code, out }).toEqual({ code: 0, out: `${id}  APPROVED\n` });
    expect(err).toContain("as soon as it can be reached");
    expect((await findOwnerAgreement(host.ctx, id)).document).toMatchObject({
      budget: { runs: 5 },
      onHubSilent: "kill",
      parameters: { window: { min: 1, max: 24 }, method: { values: ["a", "b"] } },
      egress: "none",
    });
  });

  test("approves what was asked, suspends, resumes and revokes", async () => {
    hub.isAway = false;
    const id = await request();
    hub.isAway = true;
    for (const [verb, state] of [
      ["approve", "ACTIVE"],
      ["suspend", "SUSPENDED"],
      ["resume", "ACTIVE"],
      ["revoke", "REVOKED"],
    ]) {
      expect(await command([verb ?? "", id])).toMatchObject({ code: 0, out: `${id}  ${state}\n` });
    }
  });

  test("refuses with a reason, and sees how everything stands", async () => {
    hub.isAway = false;
    const [refused, waiting] = [await request(), await request()];
    hub.isAway = true;
    expect(await command(["refuse", refused, "--reason", "no room"])).toMatchObject({ code: 0 });
    const { out } = await command(["status"]);
    expect(out).toContain(`host  ${host.url}`);
    expect(out).toContain(waiting);
    expect(out).not.toContain(refused);
    expect((await command(["list"])).out).toContain(`${refused}  REJECTED`);
  });
});

describe("nothing changes", () => {
  test("under another key than the operator's", async () => {
    const id = await request();
    const file = join(host.folder, "other.json");
    await writeFile(file, JSON.stringify(await makeSigningKey()));
    const { code, err } = await command(["approve", id, "--key", file]);
    expect({ code, state: await stateOf(id) }).toEqual({ code: 1, state: "REQUESTED" });
    expect(err).toMatch(/^owner\.key_refused: /);
  });

  test("without the private half of the key", async () => {
    const id = await request();
    const { code, err } = await command(["approve", id], { operatorKeyFile: join(host.folder, "operator.json") });
    expect({ code, state: await stateOf(id) }).toEqual({ code: 1, state: "REQUESTED" });
    expect(err).toMatch(/^owner\.key_missing: /);
  });

  test("when more is allowed than was asked, or a number is none", async () => {
    const id = await request();
    expect((await command(["approve", id, "--at-once", "21"])).err).toMatch(/^agreement\.widened: /);
    expect((await command(["approve", id, "--runs", "many"])).err).toMatch(/^owner\.wrong_terms: .*--runs/);
    expect(await stateOf(id)).toBe("REQUESTED");
  });

  test("when the gateway is not there", async () => {
    expect((await command(["status", "--url", "http://127.0.0.1:9"])).err).toMatch(/^owner\.gateway_unreachable: /);
    expect((await command(["status"], { url: "" })).err).toMatch(/^owner\.gateway_missing: /);
  });
});

test.each([[["nothing"]], [["approve"]], [["status", "more"]], [["list", "--colour"]]])(
  "%j is no command, and the answer says which there are",
  async (words) => {
    const { code, err } = await command(words);
    expect(code).toBe(2);
    expect(err).toContain("approve ID");
  },
);

test("a new key is written closed, its public half beside it, and never over another", async () => {
  const file = join(host.folder, "fresh.json");
  expect(await command(["make-key", file])).toEqual({
    code: 0,
    out: `${join(host.folder, "fresh.pub.json")}\n`,
    err: "",
  });
  expect((await stat(file)).mode & 0o077).toBe(0);
  expect(JSON.parse(await readFile(join(host.folder, "fresh.pub.json"), "utf8"))).not.toHaveProperty("d");
  expect((await command(["make-key", file])).err).toMatch(/^owner\.key_not_written: /);
});

test("the next key is announced by its owner's command, once, and shown by status", async () => {
  const first = await command(["rotate-key"]);
  expect(first).toMatchObject({ code: 0, out: expect.stringMatching(/^([0-9a-f]{4} · ){7}[0-9a-f]{4}\n$/) });
  expect(first.err).toContain("until then the operators of hub and peers may forbid it");
  expect((await command(["rotate-key"])).out).toBe(first.out);
  expect((await command(["status"])).out).toContain(`next key ${first.out.trim()}, from `);
  expect(await command(["forbid-key-change", "nobody"])).toMatchObject({
    code: 1,
    err: expect.stringMatching(/^peer\.not_found/),
  });
});
