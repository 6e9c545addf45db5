import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import type { HostedRunAnswer } from "#server/protocol/hosted-run";
import { checkInvariants } from "../check-invariants";
import { askAsOperator, type TestFramework } from "../framework.build";
import { agree, anAgreement, aProposal, ask, noBudget, register, researcher } from "../portal.build";
import { packJoin } from "../programs.build";
import { until } from "../until.build";
import { aDoor, type Door } from "./door.build";
import {
  acceptHomes,
  aHome,
  aHostedCall,
  askAbout,
  detailsOf,
  type HostedCall,
  plantAgreement,
} from "./hosted-call.build";

let door: Door;
let host: TestFramework;

beforeAll(async () => {
  door = await aDoor(inject("pgAdminUrl"));
  host = door.host;
});
afterAll(async () => {
  const check = await checkInvariants(host.ctx);
  await door.close();
  // Agreements that were planted with uses nobody made are the tests' own.
  expect(check.broken).toEqual([]);
});

const aJournal = () => join(host.folder, `${randomUUID()}.journal`);
const linesOf = async (path: string) => (await readFile(path, "utf8").catch(() => "")).split("\n").filter(Boolean);
const stateOf = async (call: HostedCall): Promise<HostedRunAnswer> =>
  (await askAbout(host, call.home, call, "GET")).json as never;
const untilState = (call: HostedCall, state: string) =>
  until(`${state} at the host`, async () => {
    const answer = await stateOf(call);
    return (answer.state === state || answer.outcome === state) && answer;
  });
/** The same home asks for the next attempt under a grant of its own. */
const nextAttempt = (call: HostedCall): HostedCall => {
  const next = aHostedCall(host, call.home, call.request, call.claims.authorization_details[0].agreementId);
  next.attempt = call.attempt + 1;
  next.claims.authorization_details[0].attempt = next.attempt;
  return next;
};
const againNow = (call: HostedCall): HostedCall => ({ ...call, proof: { ...call.proof, now: new Date() } });

describe("the same call is answered the same for ever", () => {
  test("T5: fifty equal calls at once: one 201, the others 200, one hosted run, one start", async () => {
    const journal = aJournal();
    const call = door.call({ journal });
    const answers = await Promise.all(Array.from({ length: 50 }, () => door.put(againNow(call))));
    expect(answers.map(({ status }) => status).sort()).toEqual([...Array(49).fill(200), 201]);
    await untilState(call, "SUCCEEDED");
    expect(await linesOf(journal)).toHaveLength(1);
    const { rows } = await host.db.execute(
      sql`select count(*)::int as n from hosted_runs where run_key = ${call.runKey}`,
    );
    expect(rows).toEqual([{ n: 1 }]);
  });

  test("scenario 16: also when its grant has expired, when it has none, and after the end with the terminal record", async () => {
    const call = door.call({ journal: aJournal() });
    expect((await door.put(call)).status).toBe(201);
    const ended = await untilState(call, "SUCCEEDED");
    const hourAgo = call.claims.iat - 3600;
    Object.assign(call.claims, { iat: hourAgo, nbf: hourAgo, exp: hourAgo + 600 });
    expect(await door.put(againNow(call))).toEqual({ status: 200, json: ended });
    const bare = { ...againNow(call), headers: { authorization: [] } };
    bare.proof.token = undefined;
    expect(await door.put(bare)).toEqual({ status: 200, json: ended });
    door.hub.isAway = true;
    const withoutHub = await door.put(againNow(call));
    door.hub.isAway = false;
    expect(withoutHub).toEqual({ status: 200, json: ended });
  });

  test("another body under the same attempt is refused, whatever its grant", async () => {
    const call = door.call({ journal: aJournal() });
    await door.put(call);
    const other = againNow({ ...call, request: { ...call.request, parameters: { journal: "/tmp/other" } } });
    other.body = JSON.stringify(other.request);
    other.claims = {
      ...other.claims,
      jti: randomUUID(),
      authorization_details: [detailsOf(other.request, other, door.agreementId)],
    };
    expect(await door.put(other)).toMatchObject({ status: 409, json: { code: "hosted_run.other_request" } });
  });

  test("a newer attempt waits for the end of the older one, and an older one is gone after it", async () => {
    const second = nextAttempt(door.call({ journal: aJournal(), seconds: 600 }));
    expect((await door.put(second)).status).toBe(201);
    const third = nextAttempt(second);
    expect(await door.put(third)).toMatchObject({ status: 409, json: { code: "hosted_run.attempt_still_live" } });
    const first = aHostedCall(host, door.home, second.request, door.agreementId);
    expect(await door.put(first)).toMatchObject({ status: 410, json: { code: "hosted_run.older_attempt" } });
    await askAbout(host, door.home, second, "POST", "/cancel");
    await untilState(second, "CANCELLED");
    expect((await door.put(nextAttempt(second))).status).toBe(201);
    await askAbout(host, door.home, third, "POST", "/cancel");
    await untilState(third, "CANCELLED");
  });
});

test("scenario 13: a home finds its own hosted runs and nobody else's, though they share run and step", async () => {
  const other = await aHome("other-home");
  await acceptHomes(host, [other]);
  const call = door.call({ journal: aJournal() });
  expect((await door.put(call)).status).toBe(201);
  const notFound = { status: 404, json: { code: "hosted_run.not_found" } };
  expect(await askAbout(host, other, call, "GET")).toMatchObject(notFound);
  expect(await askAbout(host, other, call, "GET", "/log")).toMatchObject(notFound);
  expect(await askAbout(host, other, call, "POST", "/cancel")).toMatchObject(notFound);
  expect(await askAbout(host, other, call, "POST", "/acknowledge")).toMatchObject(notFound);
  expect(await askAbout(host, other, call, "GET", `/outputs/${"a".repeat(64)}`)).toMatchObject(notFound);
  expect((await untilState(call, "SUCCEEDED")).exitCode).toBe(0);
  expect(await askAbout(host, door.home, call, "GET", `/outputs/${"a".repeat(64)}`)).toMatchObject(notFound);
});

describe("the budget of an agreement", () => {
  test("of calls for more places at once than agreed, some wait with 429 and none goes beyond", async () => {
    const agreementId = await plantAgreement(host, door.app.name, { maxConcurrent: 3 });
    const calls = Array.from({ length: 10 }, () =>
      aHostedCall(host, door.home, door.call({ journal: aJournal(), seconds: 600 }).request, agreementId),
    );
    const answers = await Promise.all(calls.map((call) => door.put(call)));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(3);
    expect(
      answers.filter(({ status, json }) => status === 429 && json.code === "agreement.too_many_at_once"),
    ).toHaveLength(7);
    const taken = calls.filter((_call, place) => answers[place]?.status === 201);
    for (const call of taken) await askAbout(host, door.home, call, "POST", "/cancel");
    for (const call of taken) await untilState(call, "CANCELLED");
  });

  test("another attempt of the same step run takes nothing more of it, another run does", async () => {
    const agreementId = await plantAgreement(host, door.app.name, { budget: { ...noBudget, runs: 1 } });
    const first = aHostedCall(host, door.home, door.call({ journal: aJournal() }).request, agreementId);
    expect((await door.put(first)).status).toBe(201);
    await untilState(first, "SUCCEEDED");
    const second = nextAttempt(first);
    expect((await door.put(second)).status).toBe(201);
    await untilState(second, "SUCCEEDED");
    const other = aHostedCall(host, door.home, door.call({ journal: aJournal() }).request, agreementId);
    expect(await door.put(other)).toMatchObject({ status: 403, json: { code: "agreement.budget_used" } });
  });

  test("runs at once never exceed the number agreed", async () => {
    const agreementId = await plantAgreement(host, door.app.name, { budget: { ...noBudget, runs: 4 } });
    const calls = Array.from({ length: 12 }, () =>
      aHostedCall(host, door.home, door.call({ journal: aJournal() }).request, agreementId),
    );
    const answers = await Promise.all(calls.map((call) => door.put(call)));
    expect(answers.map(({ status, json }) => (status === 201 ? "taken" : json.code)).sort()).toEqual([
      ...Array(8).fill("agreement.budget_used"),
      ...Array(4).fill("taken"),
    ]);
    for (const [place, call] of calls.entries())
      if (answers[place]?.status === 201) await untilState(call, "SUCCEEDED");
  });
});

describe("a proposed agreement", () => {
  const propose = async (over: object = {}) => {
    const document = anAgreement(host, door.app.name, over);
    const { body } = await ask(host, researcher, "POST", "/v1/agreements", await aProposal(host, document));
    return body as { state: string };
  };
  const setRemote = (remote: string) =>
    host.db.execute(
      sql`update images set document = jsonb_set(document, '{access,remote}', to_jsonb(${remote}::text))`,
    );

  test("is signed at once under an open offer, kept for a person on request, refused where closed", async () => {
    expect(await propose()).toMatchObject({ state: "SIGNED" });
    await setRemote("on-request");
    expect(await propose()).toEqual({ state: "REQUESTED" });
    await setRemote("closed");
    const closed = propose();
    await expect(closed).rejects.toMatchObject({ kind: "forbidden", reason: "agreement.remote_closed" });
    await setRemote("open");
  });

  test("for an app that is not published is not signed", async () => {
    await register(host, await packJoin());
    await expect(propose({ app: "join" })).rejects.toMatchObject({ reason: "agreement.app_not_offered" });
  });

  test("that the hub did not sign is not signed", async () => {
    const document = anAgreement(host, door.app.name);
    const hubSignature = await host.hub.sign({ ...document, maxConcurrent: 1 });
    const forged = { ...(await aProposal(host, document)), hubSignature };
    await expect(ask(host, researcher, "POST", "/v1/agreements", forged)).rejects.toMatchObject({
      reason: "signature.invalid",
    });
  });

  test("again gets the same word, and another document under its id is refused", async () => {
    const proposal = await aProposal(host, anAgreement(host, door.app.name));
    const sign = () => ask(host, researcher, "POST", "/v1/agreements", proposal);
    const [one, two] = await Promise.all([sign(), sign()]);
    expect(one.body).toEqual(two.body);
    await expect(propose({ id: proposal.document.id, maxConcurrent: 7 })).rejects.toMatchObject({
      reason: "agreement.other_document",
    });
  });

  test("once revoked is never signed again", async () => {
    const proposal = await aProposal(host, anAgreement(host, door.app.name));
    const sign = () => ask(host, researcher, "POST", "/v1/agreements", proposal);
    await sign();
    await ask(host, researcher, "POST", `/v1/agreements/${proposal.document.id}/revoke`, {});
    await expect(sign()).rejects.toMatchObject({ kind: "forbidden", reason: "agreement.revoked" });
  });
});

describe("revoking an agreement", () => {
  test("ends what runs, what is queued and what waits for its inputs, with the reason, and nothing starts after", async () => {
    const agreementId = await agree(host, door.app.name);
    const journal = aJournal();
    const calls = Array.from({ length: 6 }, () =>
      aHostedCall(host, door.home, door.call({ journal, seconds: 600 }).request, agreementId),
    );
    for (const call of calls) expect((await door.put(call)).status).toBe(201);
    await until("the slots are full", async () => (await linesOf(journal)).length === 4);
    const racing = Array.from({ length: 10 }, () =>
      aHostedCall(host, door.home, door.call({ journal, seconds: 600 }).request, agreementId),
    );
    const answers = racing.map((call) => door.put(call));
    expect((await askAsOperator(host, `/v1/operator/agreements/${agreementId}/revoke`, {})).status).toBe(200);
    const startedBefore = (await linesOf(journal)).length;
    const settled = await Promise.all(answers);
    for (const call of calls) expect((await untilState(call, "REVOKED")).reason).toBe("agreement.revoked");
    for (const [place, call] of racing.entries()) {
      if (settled[place]?.status === 201) await untilState(call, "REVOKED");
      else expect(settled[place]).toMatchObject({ status: 403, json: { code: "agreement.revoked" } });
    }
    expect(await linesOf(journal)).toHaveLength(startedBefore);
    expect(await host.ctx.runtime.live()).toEqual([]);
    const late = aHostedCall(host, door.home, door.call({ journal }).request, agreementId);
    expect(await door.put(late)).toMatchObject({ status: 403, json: { code: "agreement.revoked" } });
  });

  test("leaves what runs alone where the owner lets it drain, ends what has not begun, and is over with the last", async () => {
    const agreementId = await plantAgreement(host, door.app.name, { onRevoke: "drain" });
    const journal = aJournal();
    const running = Array.from({ length: 4 }, () =>
      aHostedCall(host, door.home, door.call({ journal, seconds: 2 }).request, agreementId),
    );
    for (const call of running) expect((await door.put(call)).status).toBe(201);
    await until("the slots are full", async () => (await linesOf(journal)).length === 4);
    const queued = aHostedCall(host, door.home, door.call({ journal, seconds: 2 }).request, agreementId);
    expect((await door.put(queued)).status).toBe(201);
    const revoke = async () => (await ask(host, researcher, "POST", `/v1/agreements/${agreementId}/revoke`, {})).body;
    expect(await revoke()).toEqual({ state: "REVOKING" });
    await untilState(queued, "REVOKED");
    for (const call of running) await untilState(call, "SUCCEEDED");
    expect(await revoke()).toEqual({ state: "REVOKED" });
    expect(await linesOf(journal)).toHaveLength(4);
  });
});
