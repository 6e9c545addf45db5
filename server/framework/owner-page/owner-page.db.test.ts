import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import type { AgreementDocument } from "#server/protocol/agreement";
import { digestOfJson } from "#server/protocol/canonical";
import { findOwnerAgreement } from "../agreements/list-owner-agreements";
import { listOffers } from "../agreements/set-offer";
import { aFramework, type TestFramework } from "../framework.build";
import { acceptHomes, aHome } from "../gateway/hosted-call.build";
import { listPeers } from "../hosting/peers";
import { aHubDouble, type HubDouble } from "../hub-double.build";
import { anAgreement, aProposal, ask, researcher } from "../portal.build";
import { anIssuer, issuerLinkIn, publishOnRequest, Visitor } from "./visitor.build";

let hub: HubDouble;
let host: TestFramework;
let issuer: { close: () => Promise<void> };
const operator = "operator-materials";

beforeAll(async () => {
  hub = await aHubDouble();
  host = await aFramework("materials", hub, inject("pgAdminUrl"));
  issuer = await anIssuer(host);
  await publishOnRequest(host, "asked");
  await acceptHomes(host, [await aHome("home")]);
});
afterAll(async () => {
  await issuer.close();
  await host.drop();
  await hub.close();
});

async function request(over: Partial<AgreementDocument> = {}): Promise<string> {
  const document = anAgreement(host, "asked", {
    budget: { runs: 10, cpuSeconds: 1000, gpuSeconds: null, outputBytes: null },
    ...over,
  });
  await ask(host, researcher, "POST", "/v1/agreements", await aProposal(host, document));
  return document.id;
}

async function signedIn(): Promise<Visitor> {
  const visitor = new Visitor(host);
  expect((await visitor.signIn(operator)).status).toBe(200);
  return visitor;
}

const pageOf = (id: string) => `/operator/agreements/${id}`;
const stateOf = async (id: string) => (await findOwnerAgreement(host.ctx, id)).state;

async function approved(visitor: Visitor, fields: Record<string, string> = {}): Promise<string> {
  const id = await request();
  const asked = await visitor.send(pageOf(id), `${pageOf(id)}/approve`, fields);
  await visitor.signInAt(issuerLinkIn(asked), operator);
  expect(await stateOf(id)).toBe("ACTIVE");
  return id;
}

async function auditOf(id: string): Promise<{ actor: string; action: string; detail: Record<string, never> }[]> {
  const { rows } = await host.db.execute(
    sql`select actor, action, detail from audit_entries where subject = ${`agreement:${id}`} order by ordinal`,
  );
  return rows as never;
}

describe("who may come in", () => {
  test.each(["/operator", "/operator/offers", "/operator/peers", "/operator/hosted-runs", "/operator/status"])(
    "nobody reads %s without signing in",
    async (path) => {
      const id = await request();
      const { status, html } = await new Visitor(host).open(path);
      expect(status).toBe(401);
      expect(html).toContain("/operator/sign-in");
      expect(html).not.toContain(id);
    },
  );

  test("an account of the issuer without this framework's role is told so and gets no session", async () => {
    for (const account of ["researcher", "operator-bio", "admin"]) {
      const visitor = new Visitor(host);
      const { status, html } = await visitor.signIn(account);
      expect({ status, says: html.includes("owner.not_operator") }).toEqual({ status: 403, says: true });
      expect((await visitor.open("/operator")).status).toBe(401);
    }
  });

  test("an operator reads every page, in both languages, and nothing on it comes from elsewhere", async () => {
    const visitor = await signedIn();
    const id = await request();
    const paths = ["/operator", "/operator/offers", "/operator/offers/asked", "/operator/peers", pageOf(id)];
    for (const path of [...paths, "/operator/hosted-runs", "/operator/status"]) {
      const { status, html, headers } = await visitor.open(path);
      expect({ path, status }).toEqual({ path, status: 200 });
      expect(headers.get("content-security-policy")).toMatch(/default-src 'none'.*form-action 'self'/);
      expect(html.split("<script")[0]).not.toMatch(/(src|href|action)="https?:|undefined|\[object/);
    }
    expect((await visitor.open("/operator")).html).toContain("Requests and agreements");
    await visitor.open("/operator/language/ko");
    expect((await visitor.open("/operator")).html).toContain("요청과 협약");
  });

  test("what people wrote is shown as text", async () => {
    const visitor = await signedIn();
    const document = anAgreement(host, "asked");
    const proposal = { ...(await aProposal(host, document)), purpose: "<script>alert(1)</script>" };
    await ask(host, researcher, "POST", "/v1/agreements", proposal);
    const { html } = await visitor.open(pageOf(document.id));
    expect(html).toContain("&#60;script&#62;alert(1)");
    expect(html).not.toContain("<script>alert");
  });

  test("a session ends after fifteen minutes without a person, however often the page looks again by itself", async () => {
    const visitor = await signedIn();
    const minute = 60_000;
    try {
      for (const at of [5, 10, 14]) {
        host.clock.offsetMs = at * minute;
        expect((await visitor.open("/operator", undefined, { "x-krdc-live": "1" })).status).toBe(200);
      }
      host.clock.offsetMs = 16 * minute;
      expect((await visitor.open("/operator")).status).toBe(401);
    } finally {
      host.clock.offsetMs = 0;
    }
  });

  test("signing out ends the session at the server", async () => {
    const visitor = await signedIn();
    await visitor.send("/operator", "/operator/sign-out");
    expect((await visitor.open("/operator")).status).toBe(401);
  });
});

describe("narrowing needs the session and a form of its own page", () => {
  test("refuse, suspend and revoke take effect at once, with the hub away", async () => {
    const visitor = await signedIn();
    const [refused, standing] = [await request(), await approved(visitor)];
    hub.isAway = true;
    try {
      await visitor.send(pageOf(refused), `${pageOf(refused)}/refuse`, { reason: "no room" });
      expect(await findOwnerAgreement(host.ctx, refused)).toMatchObject({ state: "REJECTED", reason: "no room" });
      await visitor.send(pageOf(standing), `${pageOf(standing)}/suspend`);
      expect(await stateOf(standing)).toBe("SUSPENDED");
      const { status, headers } = await visitor.send(pageOf(standing), `${pageOf(standing)}/revoke`);
      expect({ status, to: headers.get("location") }).toEqual({ status: 303, to: `${pageOf(standing)}?done=revoked` });
      expect(await findOwnerAgreement(host.ctx, standing)).toMatchObject({ state: "REVOKED", isTold: false });
      expect((await visitor.open(pageOf(standing))).html).toContain("The hub has not heard this decision yet");
    } finally {
      hub.isAway = false;
    }
    expect((await auditOf(standing)).find(({ action }) => action === "agreement.revoked")?.actor).toBe(
      `operator:${operator}`,
    );
  });

  test.each<{ given: string; fields?: Record<string, string>; headers?: Record<string, string> }>([
    { given: "no word of the page in it", fields: { csrf: "" } },
    { given: "another session's word in it", fields: { csrf: "x".repeat(43) } },
    { given: "another site's origin", headers: { origin: "https://elsewhere.example" } },
    { given: "a hidden origin", headers: { origin: "null" } },
  ])("a form with $given changes nothing", async ({ fields = {}, headers = {} }) => {
    const visitor = await signedIn();
    const id = await approved(visitor);
    const csrf = /name="csrf" value="([^"]+)"/.exec((await visitor.open(pageOf(id))).html)?.[1] ?? "";
    const { status } = await visitor.open(`${pageOf(id)}/revoke`, { csrf, ...fields }, headers);
    expect({ status, state: await stateOf(id) }).toEqual({ status: 403, state: "ACTIVE" });
  });

  test("a form without a session changes nothing", async () => {
    const id = await approved(await signedIn());
    const { status } = await new Visitor(host).open(`${pageOf(id)}/revoke`, { csrf: "x" });
    expect({ status, state: await stateOf(id) }).toEqual({ status: 401, state: "ACTIVE" });
  });
});

describe("widening takes effect only when the operator has signed in for exactly this decision", () => {
  test("a request is approved smaller than asked, and the record names token and statement", async () => {
    const visitor = await signedIn();
    const id = await request();
    const asked = await visitor.send(pageOf(id), `${pageOf(id)}/approve`, {
      ...{ runs: "3", days: "7", onRevoke: "drain" },
      ...{ limits: "window=1..24\n\nmethod=a,b", egress: "none" },
    });
    expect(await stateOf(id)).toBe("REQUESTED");
    const link = new URL(issuerLinkIn(asked));
    expect(Object.fromEntries(link.searchParams)).toMatchObject({
      prompt: "login",
      max_age: "0",
      code_challenge_method: "S256",
    });
    const shown = JSON.parse(
      (/<pre>([\s\S]*)<\/pre>/.exec(asked.html)?.[1] ?? "").replace(/&#(\d+);/g, (_, code) =>
        String.fromCharCode(code),
      ),
    );
    expect(link.searchParams.get("nonce")).toBe(digestOfJson(shown));
    await visitor.signInAt(link.href, operator);
    const row = await findOwnerAgreement(host.ctx, id);
    expect(row).toMatchObject({ state: "ACTIVE", decidedBy: `operator:${operator}` });
    expect(row.document).toEqual(shown.document);
    expect(row.document).toMatchObject({ budget: { runs: 3, cpuSeconds: 1000 }, onRevoke: "drain", egress: "none" });
    expect(row.document.parameters).toEqual({ window: { min: 1, max: 24 }, method: { values: ["a", "b"] } });
    expect((await visitor.open(pageOf(id))).html).toContain("window=1..24");
    expect((await auditOf(id)).find(({ action }) => action === "agreement.approved")).toMatchObject({
      actor: `operator:${operator}`,
      detail: { statement: shown.id, token: { nonce: digestOfJson(shown), iat: expect.any(Number) } },
    });
  });

  test("also while portal and hub are away", async () => {
    const visitor = await signedIn();
    const id = await request();
    hub.isAway = true;
    const asked = await visitor.send(pageOf(id), `${pageOf(id)}/approve`);
    await visitor.signInAt(issuerLinkIn(asked), operator);
    hub.isAway = false;
    expect(await stateOf(id)).toBe("ACTIVE");
  });

  test("more than was asked is refused whatever was signed in for", async () => {
    const visitor = await signedIn();
    const id = await request();
    const asked = await visitor.send(pageOf(id), `${pageOf(id)}/approve`, { runs: "11" });
    const { status, html } = await visitor.signInAt(issuerLinkIn(asked), operator);
    expect({ status, state: await stateOf(id) }).toEqual({ status: 422, state: "REQUESTED" });
    expect(html).toContain("agreement.widened");
  });

  test("another operator's account, or one that is none, changes nothing", async () => {
    const visitor = await signedIn();
    const id = await request();
    const asked = await visitor.send(pageOf(id), `${pageOf(id)}/approve`);
    expect((await visitor.signInAt(issuerLinkIn(asked), "operator-bio")).status).toBe(403);
    expect(await stateOf(id)).toBe("REQUESTED");
  });

  test("a resumption, an offer and a peer wait for the sign-in too", async () => {
    const visitor = await signedIn();
    const id = await approved(visitor);
    await visitor.send(pageOf(id), `${pageOf(id)}/suspend`);
    const resumption = await visitor.send(pageOf(id), `${pageOf(id)}/resume`);
    expect(await stateOf(id)).toBe("SUSPENDED");
    await visitor.signInAt(issuerLinkIn(resumption), operator);
    expect(await stateOf(id)).toBe("ACTIVE");

    const fields = { remote: "on-request", maxConcurrent: "4", maxDays: "30", "perUser.runs": "5" };
    const choices = { onRevoke: "kill", onDisconnect: "hold", onHubSilent: "kill" };
    const perRun = { cpuMillis: "1000", memoryBytes: "1000000", gpu: "0", durationSeconds: "60", outputBytes: "1000" };
    const ceilings = Object.fromEntries(Object.entries(perRun).map(([name, most]) => [`perRun.${name}`, most]));
    const offer = await visitor.send("/operator/offers/asked", "/operator/offers/asked", {
      ...{ ...fields, ...choices, ...ceilings, limits: "window=1..24", egress: "none" },
    });
    expect((await listOffers(host.ctx))[0]?.decidedBy).toBeNull();
    await visitor.signInAt(issuerLinkIn(offer), operator);
    expect((await listOffers(host.ctx))[0]).toMatchObject({
      decidedBy: `operator:${operator}`,
      document: { maxConcurrent: 4, perUser: { runs: 5, cpuSeconds: null }, onHubSilent: "kill", egress: "none" },
    });
    expect((await listOffers(host.ctx))[0]?.document.parameters).toEqual({ window: { min: 1, max: 24 } });

    await visitor.send("/operator/peers", "/operator/peers/home/suspend");
    expect((await listPeers(host.ctx))[0]?.suspendedAt).not.toBeNull();
    const peer = await visitor.send("/operator/peers", "/operator/peers/home/resume");
    expect((await listPeers(host.ctx))[0]?.suspendedAt).not.toBeNull();
    await visitor.signInAt(issuerLinkIn(peer), operator);
    expect((await listPeers(host.ctx))[0]?.suspendedAt).toBeNull();
  });
});
