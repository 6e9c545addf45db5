import { sql } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from "vitest";
import { callJson } from "#server/protocol/call";
import { type KeyAnnouncement, keyAnnouncementType, type SignedKeyAnnouncement } from "#server/protocol/key-change";
import { makeSigningKey, type PrivateKey, publicPart, thumbprintOf } from "#server/protocol/keys";
import { signDocument } from "#server/protocol/signed-document";
import { aFramework, askAsOperator, introduce, type TestFramework } from "../framework.build";
import { aHubDouble, type HubDouble } from "../hub-double.build";
import { until } from "../until.build";
import { type KeyRelay, relayKeys } from "./relay-keys.build";

const timing = { keyNoticeMs: 3000, keyOverlapMs: 1000, heartbeatMs: 60 };
/** A day is a day: nothing that is announced here takes effect. */
const slow = { keyNoticeMs: 86_400_000, keyOverlapMs: 600_000, heartbeatMs: 60 };
let hub: HubDouble;
let home: TestFramework;
let host: TestFramework;
let relay: KeyRelay;

async function open(size: { timing: typeof timing }): Promise<void> {
  hub = await aHubDouble();
  home = await aFramework("home", hub, inject("pgAdminUrl"), size);
  host = await aFramework("host", hub, inject("pgAdminUrl"), size);
  relay = relayKeys(hub, () => [home, host]);
  await introduce(home, host);
}
async function close(): Promise<void> {
  await home.drop();
  await host.drop();
  await hub.close();
}

type Kept = { jkt: string; announced: string | null; forbidden: string | null; former: number };
async function pinnedAt(framework: TestFramework): Promise<Kept> {
  const { rows } = await framework.db.execute<Kept>(sql`
    select jkt, key_change->>'jkt' as announced, key_change->>'forbiddenBy' as forbidden,
      jsonb_array_length(former_keys) as former from peers`);
  return rows[0] as Kept;
}

/** The host has heard so much since then that it has heard everything. */
async function hostHears(): Promise<void> {
  const before = relay.beats.get("host") ?? 0;
  await until("the host has heard", () => (relay.beats.get("host") ?? 0) >= before + 3);
}

const callHostWith = (key: PrivateKey) =>
  callJson(key, { method: "GET", url: `${host.url}/v1/events?waitMs=0` }).then(
    ({ status }) => status,
    ({ kind }: { kind: string }) => kind,
  );

describe("an announced key", () => {
  beforeAll(() => open({ timing: slow }));
  afterAll(close);
  afterEach(async () => {
    relay.changes.clear();
    relay.forbidden.clear();
    relay.heardAt = () => new Date(0);
    await host.db.execute(sql`update peers set key_change = null`);
  });

  const said = async (over: Partial<KeyAnnouncement> = {}): Promise<KeyAnnouncement> => ({
    schema: "krdc.key-change/v1",
    cluster: "home",
    replaces: home.jkt,
    key: publicPart(next),
    announcedAt: new Date().toISOString(),
    effectiveAt: new Date(Date.now() + slow.keyNoticeMs).toISOString(),
    ...over,
  });
  let next: PrivateKey;
  const sign = async (by: PrivateKey, and: PrivateKey, what: KeyAnnouncement): Promise<SignedKeyAnnouncement> => ({
    byPresentKey: await signDocument(by, keyAnnouncementType, what),
    byNextKey: await signDocument(and, keyAnnouncementType, what),
  });
  const day = 86_400_000;
  const yesterday = { announcedAt: new Date(Date.now() - day - 60_000).toISOString() };
  const sinceYesterday = { ...yesterday, effectiveAt: new Date(Date.now() - 1000).toISOString() };

  type Forgery = { given: string; make: () => Promise<SignedKeyAnnouncement>; heardAt?: Date };
  const forgeries: Forgery[] = [
    { given: "by the old key alone", make: async () => sign(home.key, home.key, await said()) },
    { given: "by the new key alone", make: async () => sign(next, next, await said()) },
    { given: "by a key of the hub's own", make: async () => sign(hub.portalKey, next, await said()) },
    {
      given: "of two different announcements",
      make: async () => ({
        byPresentKey: await signDocument(home.key, keyAnnouncementType, await said()),
        byNextKey: await signDocument(
          next,
          keyAnnouncementType,
          await said({ announcedAt: "2026-01-01T00:00:00.000Z" }),
        ),
      }),
    },
    { given: "signed as something else", make: async () => otherType(await said()) },
    { given: "for another cluster", make: async () => sign(home.key, next, await said({ cluster: "host" })) },
    { given: "of another key than ours", make: async () => sign(home.key, next, await said({ replaces: host.jkt })) },
    {
      given: "with too short a notice",
      make: async () => sign(home.key, next, await said({ effectiveAt: in1Hour() })),
    },
    {
      given: "back-dated although its cluster was heard since without it",
      make: async () => sign(home.key, next, await said(sinceYesterday)),
      heardAt: new Date(),
    },
    {
      given: "that gives the key itself again",
      make: async () => sign(home.key, home.key, await said({ key: publicPart(home.key) })),
    },
  ];
  const in1Hour = () => new Date(Date.now() + 3_600_000).toISOString();
  const otherType = async (what: KeyAnnouncement) => ({
    byPresentKey: await signDocument(home.key, "krdc-address+jws", what),
    byNextKey: await signDocument(next, "krdc-address+jws", what),
  });

  test.each(forgeries)("is not followed $given", async ({ make, heardAt }) => {
    next = await makeSigningKey();
    if (heardAt) {
      relay.heardAt = () => heardAt;
      await hostHears();
    }
    relay.changes.set("home", [await make()]);
    await hostHears();
    expect(await pinnedAt(host)).toEqual({ jkt: home.jkt, announced: null, forbidden: null, former: 0 });
    expect(await callHostWith(next)).toBe("unauthenticated");
  });

  test("is followed by both signatures, and its key opens nothing before its time", async () => {
    next = await makeSigningKey();
    relay.changes.set("home", [await sign(home.key, next, await said())]);
    const jkt = await thumbprintOf(publicPart(next));
    await until("the host has it", async () => (await pinnedAt(host)).announced === jkt);
    expect(await callHostWith(next)).toBe("unauthenticated");
    expect(await callHostWith(home.key)).toBe(200);
  });

  test("is not replaced by a second one, and does not count when the hub's operator forbade it", async () => {
    next = await makeSigningKey();
    const first = await sign(home.key, next, await said());
    relay.changes.set("home", [first]);
    const jkt = await thumbprintOf(publicPart(next));
    await until("the host has it", async () => (await pinnedAt(host)).announced === jkt);
    next = await makeSigningKey();
    relay.changes.set("home", [first, await sign(home.key, next, await said())]);
    await hostHears();
    expect(await pinnedAt(host)).toMatchObject({ announced: jkt, forbidden: null });
    relay.forbidden.set("home", jkt);
    await until("it is forbidden", async () => (await pinnedAt(host)).forbidden === "hub");
  });

  test("that was forbidden stays so when the same words come with other signatures", async () => {
    next = await makeSigningKey();
    const words = await said();
    const jkt = await thumbprintOf(publicPart(next));
    relay.changes.set("home", [await sign(home.key, next, words)]);
    await until("the host has it", async () => (await pinnedAt(host)).announced === jkt);
    relay.forbidden.set("home", jkt);
    await until("it is forbidden", async () => (await pinnedAt(host)).forbidden === "hub");
    relay.forbidden.clear();
    relay.changes.set("home", [await sign(home.key, next, words)]);
    await hostHears();
    expect(await pinnedAt(host)).toMatchObject({ jkt: home.jkt, announced: jkt, forbidden: "hub" });
  });

  test("of the owner's command is one and the same until it counts", async () => {
    const ask = async () => (await askAsOperator(home, "/v1/operator/key-change", {})).json();
    const first = await ask();
    await until("the hub has it", async () => (await ask()).isHeard);
    expect(await ask()).toEqual({ ...first, isHeard: true });
    const { keyChange } = (await (await askAsOperator(home, "/v1/operator/status")).json()) as { keyChange: object };
    expect(keyChange).toEqual({ ...first, isHeard: true });
    relay.forbidden.set("home", home.ctx.keys.next?.jkt ?? "");
    await until("the hub's operator forbade it", () => home.ctx.keys.next === undefined);
    expect(home.ctx.jkt).toBe(home.jkt);
  });

  test("is announced by its owner alone", async () => {
    const ask = (path: string) => fetch(`${home.url}${path}`, { method: "POST", body: "{}" });
    expect((await ask("/v1/operator/key-change")).status).toBe(401);
    expect((await ask("/v1/operator/peers/host/forbid-key-change")).status).toBe(401);
    expect(home.ctx.keys.next).toBeUndefined();
  });
});

describe("a change of keys", () => {
  beforeAll(() => open({ timing }));
  afterAll(close);

  const rotate = async (framework: TestFramework) => {
    const { jkt } = framework.ctx;
    await askAsOperator(framework, "/v1/operator/key-change", {});
    await until("it has changed", () => framework.ctx.jkt !== jkt, 10_000);
    return framework.ctx.jkt;
  };

  test("that this host's operator forbade does not happen here: the pinned key counts", async () => {
    await askAsOperator(home, "/v1/operator/key-change", {});
    await until("the host has it", async () => (await pinnedAt(host)).announced !== null);
    const answer = await askAsOperator(host, "/v1/operator/peers/home/forbid-key-change", {});
    expect(await answer.json()).toMatchObject({ peers: [{ name: "home", keyChange: { forbiddenBy: "operator" } }] });
    await until("home goes by its next key", () => home.ctx.jkt !== home.jkt, 10_000);
    expect(await callHostWith(home.ctx.key)).toBe("unauthenticated");
    expect(await callHostWith(home.key)).toBe(200);
    expect(await pinnedAt(host)).toMatchObject({ jkt: home.jkt, forbidden: "operator" });
  });

  test("that counts already cannot be forbidden, and one that nobody announced neither", async () => {
    const forbid = async () => (await askAsOperator(host, "/v1/operator/peers/home/forbid-key-change", {})).json();
    await introduceAgain();
    expect(await pinnedAt(host)).toMatchObject({ jkt: home.ctx.jkt, announced: null, former: 1 });
    expect(await forbid()).toMatchObject({ code: "key_change.none" });
    await rotate(home);
    // Between the change and its writing down there is a moment, in which it is too late.
    expect(["key_change.too_late", "key_change.none"]).toContain((await forbid()).code);
    await until("the host has settled it", async () => (await pinnedAt(host)).jkt === home.ctx.jkt);
  });

  const introduceAgain = async () => {
    const peers = [{ name: "home", jwk: publicPart(home.ctx.key), gateway: home.url }];
    await askAsOperator(host, "/v1/operator/peers", { peers });
  };

  test("twice over while a framework was down is followed when it returns", async () => {
    await host.shutDown();
    await rotate(home);
    await rotate(home);
    await host.start();
    await until("the host follows", async () => (await pinnedAt(host)).jkt === home.ctx.jkt, 10_000);
    expect(await callHostWith(home.ctx.key)).toBe(200);
    const followed = await pinnedAt(host);
    const told = relay.changes.get("home") ?? [];
    relay.changes.set("home", told.slice(0, 1));
    await hostHears();
    expect(await pinnedAt(host)).toEqual(followed);
    relay.changes.set("home", told);
  });

  test("while the changing framework is down itself happens at its time all the same", async () => {
    const { jkt } = home.ctx;
    await askAsOperator(home, "/v1/operator/key-change", {});
    await until("the host has it", async () => (await pinnedAt(host)).announced !== null);
    await until("home knows that it was heard", () => home.ctx.keys.next?.isHeard === true);
    const announced = (await pinnedAt(host)).announced;
    await home.crash();
    await until("the host has changed it", async () => (await pinnedAt(host)).jkt === announced, 10_000);
    await home.start();
    expect(home.ctx.jkt).toBe(announced);
    expect(home.ctx.jkt).not.toBe(jkt);
  });

  test("that the hub does not hear of in time does not happen, and is withdrawn when the hub refuses it", async () => {
    const { jkt } = home.ctx;
    hub.cutOff.add("home");
    await askAsOperator(home, "/v1/operator/key-change", {});
    const { effectiveAt } = home.ctx.keys.next?.announcement ?? { effectiveAt: "" };
    await until("its time has come", () => Date.now() > Date.parse(effectiveAt) + 100, 10_000);
    expect(home.ctx.jkt).toBe(jkt);
    relay.forbidden.set("home", home.ctx.keys.next?.jkt ?? "");
    hub.cutOff.delete("home");
    await until("it is withdrawn", () => home.ctx.keys.next === undefined);
    expect(home.ctx.jkt).toBe(jkt);
    relay.forbidden.clear();
  });

  test("is in both audits, and the old private key is forgotten when nothing is bound to it any more", async () => {
    const actionsAt = async (framework: TestFramework) => {
      const { rows } = await framework.db.execute<{ action: string }>(
        sql`select distinct action from audit_entries where action like '%key_%' or action like 'key.%' order by 1`,
      );
      return rows.map(({ action }) => action);
    };
    expect(await actionsAt(home)).toEqual(["key.announced", "key.changed", "key.forbidden"]);
    expect(await actionsAt(host)).toEqual(["peer.key_announced", "peer.key_changed", "peer.key_forbidden"]);
    expect(home.ctx.keys.find(home.ctx.jkt)).toBeDefined();
    await until("the first key is forgotten", () => home.ctx.keys.find(home.jkt) === undefined, 10_000);
  });
});
