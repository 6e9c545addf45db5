import { randomUUID } from "node:crypto";
import { CompactSign } from "jose";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { type AgreementDocument, hostSignatureType } from "#server/protocol/agreement";
import { sha256Hex } from "#server/protocol/canonical";
import type { PortalUser } from "#server/protocol/framework-api";
import { importSigningKey, makeSigningKey, type PrivateKey, publicPart, thumbprintOf } from "#server/protocol/keys";
import { signDocument } from "#server/protocol/signed-document";
import { askAsOperator, type TestFramework } from "./framework.build";
import { aDoor, type Door, limits } from "./gateway/door.build";
import { aHostedCall, callRaw, detailsOf, type HostedCall } from "./gateway/hosted-call.build";
import type { HubDouble } from "./hub-double.build";
import { anAgreement, aProposal, ask, researcher } from "./portal.build";
import { until } from "./until.build";

/** The hub has gone bad: it has its own signing key, the portal's key, and says whatever serves it. */
let door: Door;
let hub: HubDouble;
let host: TestFramework;

beforeAll(async () => {
  door = await aDoor(inject("pgAdminUrl"), { timing: { statusPollMs: 200, heartbeatMs: 200 } });
  ({ hub, host } = door);
});
afterAll(() => door.close());

const everyRole: PortalUser = { ...researcher, roles: ["operator:host", "hub-operator", "provider:host"] };

async function setOffer(app: string, change: object): Promise<void> {
  const at = `/v1/operator/offers/${app}`;
  const { document } = await (await askAsOperator(host, at)).json();
  const answer = await askAsOperator(host, at, { ...document, ...change }, { method: "PUT" });
  if (!answer.ok) throw new Error(await answer.text());
}

const propose = async (document: AgreementDocument) =>
  ask(host, everyRole, "POST", "/v1/agreements", await aProposal(host, document));

const find = async (id: string) => {
  const { items } = await (await askAsOperator(host, "/v1/operator/agreements")).json();
  return items.find((row: { id: string }) => row.id === id);
};

const decide = async (id: string, verb: string) =>
  (await askAsOperator(host, `/v1/operator/agreements/${id}/${verb}`, {})).status;

/** A grant of the hub's for this call, whatever anybody agreed. */
async function granted(agreementId: string, change: (call: HostedCall) => unknown = () => undefined) {
  const call = aHostedCall(host, door.home, door.call().request, agreementId);
  await change(call);
  call.body = JSON.stringify(call.request);
  call.claims.authorization_details = [detailsOf(call.request, call, agreementId)];
  const { status, json } = await door.put(call);
  return { status, code: json.code };
}

/** Two more words of the hub's were heard. */
async function untilHeard(path: string): Promise<void> {
  const heard = () => hub.asked.filter((asked) => asked.path === path).length;
  const before = heard();
  await until(`${path} was answered`, () => heard() > before + 2);
}

describe("T8: a hub gone bad, with its real signing key in hand, does not approve:", () => {
  const requested = async () => {
    await setOffer(door.app.name, { remote: "on-request" });
    const document = anAgreement(host, door.app.name);
    await propose(document);
    return document;
  };

  test("what waits for its owner stays as it is, however it is proposed again", async () => {
    const document = await requested();
    const proposal = await aProposal(host, document);
    await ask(host, everyRole, "POST", "/v1/agreements", { ...proposal, needsPerson: false });
    expect((await find(document.id)).state).toBe("REQUESTED");
    expect(await granted(document.id)).toEqual({ status: 403, code: "agreement.requested" });
  });

  test("its token is nobody's word at the owner's doors, whatever roles it writes into it", async () => {
    const { id } = await requested();
    for (const verb of ["approve", "resume"]) {
      const at = `/v1/operator/agreements/${id}/${verb}`;
      await expect(ask(host, everyRole, "POST", at, {})).rejects.toMatchObject({ kind: "unauthenticated" });
      const portal = `/v1/agreements/${id}/${verb}`;
      await expect(ask(host, everyRole, "POST", portal, {})).rejects.toMatchObject({ kind: "not_found" });
    }
    expect((await find(id)).state).toBe("REQUESTED");
  });

  test("its key signs no operator's statement, under no algorithm", async () => {
    const { id } = await requested();
    const at = `/v1/operator/agreements/${id}/approve`;
    const said = {
      htm: "POST",
      htu: `${host.url}${at}`,
      iat: Math.floor(Date.now() / 1000),
      jti: randomUUID(),
      body_sha256: sha256Hex("{}"),
    };
    for (const [key, alg] of [
      [hub.key, "EdDSA"],
      [hub.portalKey, "ES256"],
    ] as const) {
      const jws = await new CompactSign(new TextEncoder().encode(JSON.stringify(said)))
        .setProtectedHeader({ alg })
        .sign(await importSigningKey(key));
      const answer = await callRaw(
        `${host.url}${at}`,
        "POST",
        { authorization: `KRDC-Operator ${jws}`, "content-length": "2" },
        "{}",
      );
      expect(answer.status).toBe(401);
    }
    expect((await find(id)).state).toBe("REQUESTED");
  });

  test("a signature that it makes in the host's place is none", async () => {
    await setOffer(door.app.name, { remote: "open" });
    const document = anAgreement(host, door.app.name);
    const forged = await signDocument(hub.portalKey, hostSignatureType, document);
    hub.answers.set("/set-back/agreements", () => ({
      agreements: [
        {
          id: document.id,
          state: "ACTIVE",
          isSuspendedByOwner: false,
          document,
          hostSignature: forged,
          hubSignature: null,
        },
      ],
    }));
    expect(await granted(document.id)).toEqual({ status: 403, code: "agreement.missing" });
    hub.answers.clear();
  });
});

describe("T8: a hub gone bad does not widen", () => {
  test("an agreement: under its id no other document is taken, and none that only the hub signed", async () => {
    await setOffer(door.app.name, { remote: "open" });
    const document = anAgreement(host, door.app.name, { maxConcurrent: 1, perRun: limits });
    await propose(document);
    const wider = { ...document, maxConcurrent: 20, perRun: { ...limits, memoryBytes: 2 ** 34 } };
    await expect(propose(wider)).rejects.toMatchObject({ reason: "agreement.other_document" });
    const more = (call: HostedCall) => {
      call.request = { ...call.request, limits: { ...limits, memoryBytes: 2048 } };
    };
    expect(await granted(document.id, more)).toEqual({ status: 403, code: "agreement.over_per_run" });
    expect((await find(document.id)).document).toEqual(document);
  });

  test("an offer: closed stays closed, and no ceiling of the owner's is lifted by asking", async () => {
    await setOffer(door.app.name, { remote: "open", maxConcurrent: 2 });
    const over = anAgreement(host, door.app.name, { maxConcurrent: 3 });
    expect((await propose(over)).body).toEqual({ state: "REQUESTED" });
    const offer = await (await askAsOperator(host, `/v1/operator/offers/${door.app.name}`)).json();
    const at = `/v1/operator/offers/${door.app.name}`;
    await expect(
      ask(host, everyRole, "PUT", at, { ...offer.document, remote: "open", maxConcurrent: 50 }),
    ).rejects.toMatchObject({
      kind: "unauthenticated",
    });
    await setOffer(door.app.name, { remote: "closed" });
    expect(await granted(door.agreementId)).toEqual({ status: 403, code: "agreement.remote_closed" });
    await expect(propose(anAgreement(host, door.app.name))).rejects.toMatchObject({
      reason: "agreement.remote_closed",
    });
    await setOffer(door.app.name, { remote: "open", maxConcurrent: 50 });
  });

  test("what this host runs: no app that is not published here, and nothing over its own ceilings", async () => {
    const unknown = (call: HostedCall) => {
      call.request = { ...call.request, digest: `sha256:${"9".repeat(64)}` };
    };
    expect(await granted(door.agreementId, unknown)).toEqual({ status: 403, code: "app.wrong_digest" });
    const huge = (call: HostedCall) => {
      call.request = { ...call.request, limits: { ...limits, gpu: 9 } };
    };
    expect(await granted(door.agreementId, huge)).toEqual({ status: 403, code: "limits.over_ceiling" });
  });
});

describe("T8: a hub gone bad does not take a peer's place:", () => {
  const peersOf = async () => (await (await askAsOperator(host, "/v1/operator/peers")).json()).peers;
  let evil: PrivateKey;
  beforeAll(async () => {
    evil = await makeSigningKey();
  });

  test("a key that it tells for a peer is not the pinned one, and opens nothing", async () => {
    const before = await peersOf();
    const told = { name: "home", gateway: "http://127.0.0.1:1", key: publicPart(evil) };
    const time = new Date().toISOString();
    hub.answers.set("/heartbeats", () => ({ state: "ACTIVE", time, peers: [told] }));
    await untilHeard("/heartbeats");
    hub.answers.delete("/heartbeats");
    expect(await peersOf()).toEqual(before);
    const call = aHostedCall(
      host,
      { ...door.home, key: evil, jkt: await thumbprintOf(publicPart(evil)) },
      door.call().request,
      door.agreementId,
    );
    expect((await door.put(call)).status).toBe(401);
  });

  test("a peer that its owner never accepted is a stranger", async () => {
    const told = { name: "another", gateway: "http://127.0.0.1:1", key: publicPart(evil) };
    const time = new Date().toISOString();
    hub.answers.set("/heartbeats", () => ({ state: "ACTIVE", time, peers: [told] }));
    await untilHeard("/heartbeats");
    hub.answers.delete("/heartbeats");
    expect((await peersOf()).map(({ name }: { name: string }) => name)).toEqual(["home"]);
    await expect(ask(host, everyRole, "POST", "/v1/operator/peers", { peers: [] })).rejects.toMatchObject({
      kind: "unauthenticated",
    });
  });

  test("a grant for a key of its own is not the home's, whoever proves it", async () => {
    const jkt = await thumbprintOf(publicPart(evil));
    const inPlace = aHostedCall(host, { ...door.home, key: evil, jkt }, door.call().request, door.agreementId);
    inPlace.claims.cnf = { jkt };
    expect(await door.put(inPlace)).toMatchObject({ status: 401 });
    const mixed = door.call();
    mixed.claims.cnf = { jkt };
    expect(await door.put(mixed)).toMatchObject({ status: 401, json: { code: "unauthenticated" } });
  });
});

describe("T8: a hub gone bad does not give back what the owner took away:", () => {
  test("suspended stays suspended, whatever its list and its answers say", async () => {
    const document = anAgreement(host, door.app.name);
    await propose(document);
    expect(await decide(document.id, "suspend")).toBe(200);
    hub.narrowed = { suspendedAgreements: [document.id] };
    await untilHeard("/status");
    hub.narrowed = {};
    await untilHeard("/status");
    await propose(document).catch(() => undefined);
    expect(await find(document.id)).toMatchObject({ state: "SUSPENDED", suspendedBy: ["owner"] });
    expect(await granted(document.id)).toEqual({ status: 403, code: "agreement.suspended" });
  });

  test("revoked stays revoked, under its own id and by a new proposal", async () => {
    const document = anAgreement(host, door.app.name);
    await propose(document);
    expect(await decide(document.id, "revoke")).toBe(200);
    hub.answers.set(`/agreements/${document.id}/decision`, () => ({ state: "ACTIVE", hubSignature: null }));
    await expect(propose(document)).rejects.toMatchObject({ reason: "agreement.revoked" });
    expect(await granted(document.id)).toEqual({ status: 403, code: "agreement.revoked" });
    const again = anAgreement(host, door.app.name);
    expect((await propose(again)).body).toEqual({ state: "REQUESTED" });
    expect(await granted(again.id)).toEqual({ status: 403, code: "agreement.requested" });
  });

  test("a suspended peer opens no door, although the hub calls it ACTIVE", async () => {
    expect((await askAsOperator(host, "/v1/operator/peers/home/suspend", {})).status).toBe(200);
    await untilHeard("/status");
    expect((await granted(door.agreementId)).status).toBe(401);
    await expect(ask(host, everyRole, "POST", "/v1/operator/peers/home/resume", {})).rejects.toMatchObject({
      kind: "unauthenticated",
    });
    expect((await askAsOperator(host, "/v1/operator/peers/home/resume", {})).status).toBe(200);
  });
});

test("T1: what a hub may do in a user's name ends where the user's own agreement ends: another's is not his", async () => {
  const other = anAgreement(host, door.app.name, { user: "pseudonym-of-somebody-else" });
  await propose(other);
  expect(await granted(other.id)).toEqual({ status: 403, code: "agreement.other_user" });
});
