import { randomUUID } from "node:crypto";
import { sql } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from "vitest";
import { KrdcError } from "#server/errors";
import type { AgreementDocument } from "#server/protocol/agreement";
import { askAsOperator, signAsOperator, type TestFramework } from "../framework.build";
import { aDoor, type Door } from "../gateway/door.build";
import { aHostedCall } from "../gateway/hosted-call.build";
import { anAgreement, aProposal, ask, noBudget, researcher } from "../portal.build";
import { until } from "../until.build";
import { defaultOffer } from "./offer";

let door: Door;
let host: TestFramework;
const offer = defaultOffer({ access: { remote: "open", download: "closed" } });

beforeAll(async () => {
  door = await aDoor(inject("pgAdminUrl"), { timing: { statusPollMs: 200 } });
  host = door.host;
});
afterEach(async () => {
  door.hub.isAway = false;
  door.hub.answers.clear();
  await setOffer({});
});
afterAll(() => door.close());

const setOffer = (over: object) =>
  askAsOperator(host, `/v1/operator/offers/${door.app.name}`, { ...offer, ...over }, { method: "PUT" });
const onRequest = () => setOffer({ remote: "on-request" });

async function propose(over: Partial<AgreementDocument> = {}) {
  const proposal = await aProposal(host, anAgreement(host, door.app.name, over));
  const { body } = await ask(host, researcher, "POST", "/v1/agreements", proposal);
  return { document: proposal.document, proposal, word: body as { state: string } };
}
const decide = async (id: string, verb: string, json: object = {}) => {
  const answer = await askAsOperator(host, `/v1/operator/agreements/${id}/${verb}`, json);
  return { status: answer.status, json: await answer.json() };
};
const find = async (id: string) => {
  const { items } = await (await askAsOperator(host, "/v1/operator/agreements")).json();
  return items.find((row: { id: string }) => row.id === id);
};
const told = (id: string) =>
  door.hub.asked
    .filter(({ path }) => path === `/agreements/${id}/decision`)
    .map(({ json }) => json as { decision: string });
const put = (id: string) => door.put(aHostedCall(host, door.home, door.call().request, id));

describe("what an owner is asked", () => {
  test("waits with who asks and why, opens nothing, and holds as asked once approved: the hub had signed it already", async () => {
    await onRequest();
    const { document, proposal, word } = await propose();
    expect(word).toEqual({ state: "REQUESTED" });
    expect(await find(document.id)).toMatchObject({
      state: "REQUESTED",
      document,
      proposal,
      requester: proposal.requester,
    });
    expect(await put(document.id)).toMatchObject({ status: 403, json: { code: "agreement.requested" } });
    expect(await decide(document.id, "approve")).toMatchObject({
      status: 200,
      json: { state: "ACTIVE", document, decidedBy: "operator", isTold: true, live: 0, runsUsed: 0 },
    });
    expect(told(document.id)).toMatchObject([{ decision: "approved", document }]);
    expect((await put(document.id)).status).toBe(201);
    const again = await ask(host, researcher, "POST", "/v1/agreements", proposal);
    expect(again.body).toMatchObject({ state: "SIGNED", document });
  });

  test("may be approved smaller: it holds when the hub has signed exactly that", async () => {
    await onRequest();
    const { document } = await propose();
    const smaller: AgreementDocument = {
      ...document,
      budget: { ...noBudget, runs: 1 },
      maxConcurrent: 2,
      onRevoke: "drain",
      onHubSilent: "kill",
    };
    door.hub.answers.set(`/agreements/${document.id}/decision`, async () => ({
      state: "ACTIVE",
      hubSignature: await door.hub.sign(document),
    }));
    expect((await decide(document.id, "approve", { document: smaller })).json).toMatchObject({
      state: "APPROVED",
      isTold: false,
    });
    expect(await put(document.id)).toMatchObject({ status: 429, json: { code: "agreement.awaits_hub" } });
    door.hub.answers.clear();
    await until("the hub has countersigned", async () => (await find(document.id)).state === "ACTIVE");
    expect(await find(document.id)).toMatchObject({ document: smaller, isTold: true });
    expect((await put(document.id)).status).toBe(201);
    expect(await put(document.id)).toMatchObject({ status: 403, json: { code: "agreement.budget_used" } });
  });

  test.each<[string, (asked: AgreementDocument) => Partial<AgreementDocument>]>([
    ["budget.runs", () => ({ budget: { ...noBudget, runs: 6 } })],
    ["maxConcurrent", (asked) => ({ maxConcurrent: asked.maxConcurrent + 1 })],
    ["perRun.gpu", (asked) => ({ perRun: { ...asked.perRun, gpu: asked.perRun.gpu + 1 } })],
    ["user", () => ({ user: "somebody-else" })],
    ["expires", (asked) => ({ expires: new Date(Date.parse(asked.expires) + 1000).toISOString() })],
  ])("is never approved wider than it was asked: %s", async (name, widen) => {
    await onRequest();
    const { document } = await propose({ budget: { ...noBudget, runs: 5 } });
    const wider = { ...document, ...widen(document) };
    expect(await decide(document.id, "approve", { document: wider })).toMatchObject({
      status: 422,
      json: { code: "agreement.widened", detail: { name } },
    });
    expect((await find(document.id)).state).toBe("REQUESTED");
  });

  test("may be refused with a reason, which the hub hears and the same proposal gets as its word", async () => {
    await onRequest();
    const { document, proposal } = await propose();
    expect((await decide(document.id, "reject", { reason: "no capacity" })).json).toMatchObject({ state: "REJECTED" });
    expect(told(document.id)).toEqual([{ decision: "rejected", reason: "no capacity" }]);
    const again = await ask(host, researcher, "POST", "/v1/agreements", proposal);
    expect(again.body).toEqual({ state: "REJECTED", reason: "no capacity" });
    expect(await decide(document.id, "approve")).toMatchObject({
      status: 409,
      json: { code: "agreement.not_requested" },
    });
  });

  test("is decided also while the hub is away, which is told when it is back", async () => {
    await onRequest();
    const { document } = await propose();
    door.hub.isAway = true;
    const smaller = { ...document, maxConcurrent: 1 };
    expect((await decide(document.id, "approve", { document: smaller })).json).toMatchObject({ state: "APPROVED" });
    door.hub.isAway = false;
    await until("it is told", async () => (await find(document.id)).isTold);
    expect(await find(document.id)).toMatchObject({ state: "ACTIVE", document: smaller });
  });

  test("and what the hub refuses for good is not told for ever", async () => {
    await onRequest();
    const { document } = await propose();
    door.hub.answers.set(`/agreements/${document.id}/decision`, () => {
      throw new KrdcError("conflict", "agreement.revoked");
    });
    expect((await decide(document.id, "approve", { document: { ...document, maxConcurrent: 1 } })).json).toMatchObject({
      state: "APPROVED",
      isTold: true,
    });
  });
});

describe("an offer", () => {
  test("asks a person for what is over its ceilings and signs the rest at once, on the owner's own terms", async () => {
    await setOffer({ perUser: { ...noBudget, runs: 10 }, onRevoke: "drain", onDisconnect: "kill" });
    expect((await propose({ user: "sharer" })).word).toEqual({ state: "REQUESTED" });
    const { document, word } = await propose({ user: "sharer", budget: { ...noBudget, runs: 8 } });
    const signed = { ...document, onRevoke: "drain", onDisconnect: "kill" };
    expect(word).toMatchObject({ state: "SIGNED", document: signed });
    await until(
      "the hub has countersigned the owner's terms",
      async () => (await find(document.id)).state === "ACTIVE",
    );
    expect(await find(document.id)).toMatchObject({ document: signed, decidedBy: "offer" });
    expect((await propose({ user: "sharer", budget: { ...noBudget, runs: 8 } })).word).toEqual({ state: "REQUESTED" });
  });

  test("that is closed shuts the door on what was agreed before", async () => {
    const { document } = await propose({ user: "before" });
    await setOffer({ remote: "closed" });
    expect(await put(document.id)).toMatchObject({ status: 403, json: { code: "agreement.remote_closed" } });
  });

  test("is listed for every published app, and set for no other", async () => {
    const { items } = await (await askAsOperator(host, "/v1/operator/offers")).json();
    expect(items).toMatchObject([{ app: door.app.name, document: offer, decidedBy: "operator" }]);
    const answer = await askAsOperator(host, "/v1/operator/offers/nothing", offer, { method: "PUT" });
    expect(answer.status).toBe(404);
  });

  test("does not give back by itself what the owner took away", async () => {
    const { document } = await propose({ user: "expelled" });
    await decide(document.id, "revoke");
    expect((await propose({ user: "expelled" })).word).toEqual({ state: "REQUESTED" });
    expect((await propose({ user: "newcomer" })).word).toMatchObject({ state: "SIGNED" });
  });
});

describe("what the owner suspended only the owner lifts, and the hub's only the hub", () => {
  const standing = async () => (await propose({ user: randomUUID() })).document.id;

  test("the owner's word holds while the hub is away, and is told in its order", async () => {
    await onRequest();
    const { document } = await propose();
    door.hub.isAway = true;
    await decide(document.id, "approve");
    expect((await decide(document.id, "suspend")).json).toMatchObject({ state: "SUSPENDED", suspendedBy: ["owner"] });
    door.hub.isAway = false;
    await until("all is told", async () => (await find(document.id)).isTold);
    expect(told(document.id).map(({ decision }) => decision)).toEqual(["approved", "suspended"]);
    expect((await decide(document.id, "resume")).json).toMatchObject({ state: "ACTIVE", suspendedBy: [] });
    expect(told(document.id).at(-1)).toEqual({ decision: "resumed" });
  });

  test("the hub's list suspends and lifts its own, beside the owner's", async () => {
    const id = await standing();
    door.hub.narrowed = { suspendedAgreements: [id] };
    await until("the hub suspends", async () => (await find(id)).suspendedBy.includes("hub"));
    expect(await decide(id, "resume")).toMatchObject({ status: 409, json: { code: "agreement.suspended_by_hub" } });
    await decide(id, "suspend");
    door.hub.narrowed = {};
    await until("the hub lifts its own", async () => (await find(id)).suspendedBy.join() === "owner");
    expect(await put(id)).toMatchObject({ status: 403, json: { code: "agreement.suspended" } });
    await decide(id, "resume");
    expect((await find(id)).state).toBe("ACTIVE");
  });

  test("through the portal it can be suspended, which the hub's next list without it lifts", async () => {
    const id = await standing();
    const { body } = await ask(host, researcher, "POST", `/v1/agreements/${id}/suspend`, {});
    expect(body).toEqual({ state: "SUSPENDED" });
    await until("lifted", async () => (await find(id)).state === "ACTIVE");
  });

  test("the hub's list revokes for good, once", async () => {
    const id = await standing();
    door.hub.narrowed = { revokedAgreements: [id] };
    await until("revoked", async () => (await find(id)).state === "REVOKED");
    door.hub.narrowed = {};
    expect(await decide(id, "resume")).toMatchObject({ status: 409, json: { code: "agreement.not_active" } });
    const { rows } = await host.db.execute(
      sql`select 1 from audit_entries where subject = ${`agreement:${id}`} and action = 'agreement.revoked'`,
    );
    expect(rows).toHaveLength(1);
  });

  test("what the owner revokes ends at once, hub or no hub, and every decision is in the record", async () => {
    const id = await standing();
    door.hub.isAway = true;
    expect((await decide(id, "revoke")).json).toMatchObject({ state: "REVOKED", isTold: false });
    expect(await put(id)).toMatchObject({ json: { code: "agreement.revoked" } });
    door.hub.isAway = false;
    await until("it is told", async () => (await find(id)).isTold);
    expect(told(id)).toEqual([{ decision: "revoked" }]);
    const { rows } = await host.db.execute<{ actor: string; action: string }>(
      sql`select actor, action from audit_entries where subject = ${`agreement:${id}`} order by ordinal`,
    );
    expect(rows.map(({ actor, action }) => `${actor} ${action}`)).toEqual([
      "offer agreement.signed",
      "operator agreement.revoked",
      "hub agreement.decision_heard",
    ]);
  });
});

describe("the hub widens nothing here", () => {
  test.each([
    ["POST", "approve"],
    ["POST", "resume"],
    ["POST", "reject"],
  ] as const)("a token of the hub's opens no owner's door: %s %s", async (method, verb) => {
    await onRequest();
    const { document } = await propose();
    const at = `/v1/operator/agreements/${document.id}/${verb}`;
    await expect(ask(host, researcher, method, at, {})).rejects.toMatchObject({ kind: "unauthenticated" });
    const portal = `/v1/agreements/${document.id}/${verb}`;
    await expect(ask(host, researcher, method, portal, {})).rejects.toMatchObject({ kind: "not_found" });
    expect((await find(document.id)).state).toBe("REQUESTED");
  });

  test("nor sets it an offer", async () => {
    const at = `/v1/operator/offers/${door.app.name}`;
    await expect(ask(host, researcher, "PUT", at, offer)).rejects.toMatchObject({ kind: "unauthenticated" });
  });

  test("one statement of the operator's is taken once, and none without a number of its own", async () => {
    const at = "/v1/operator/peers";
    const body = JSON.stringify({ peers: [] });
    const send = (jws: string) =>
      fetch(`${host.url}${at}`, { method: "POST", body, headers: { authorization: `KRDC-Operator ${jws}` } });
    const statement = await signAsOperator(host, at, body);
    expect([(await send(statement)).status, (await send(statement)).status]).toEqual([200, 401]);
    const { jti } = JSON.parse(Buffer.from(statement.split(".")[1] ?? "", "base64url").toString());
    expect((await send(await signAsOperator(host, at, body, { statement: { jti } }))).status).toBe(401);
    expect((await send(await signAsOperator(host, at, body, { statement: { jti: undefined } }))).status).toBe(401);
  });
});
