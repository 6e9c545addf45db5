import { randomBytes } from "node:crypto";
import { eq, inArray } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from "vitest";
import { auditEntries } from "#drizzle/hub/schema/audit";
import { members } from "#drizzle/hub/schema/members";
import type { Db } from "#server/db/connect";
import { aHubDatabase } from "#server/db/hub-database.build";
import type { GrantRequest } from "#server/protocol/framework-api";
import type { Hub, HubContext } from "../context";
import { aGateway, type GatewayDouble } from "../gateways/gateway.build";
import { anAuthorizedStep } from "../grants/grants.build";
import { issueGrant } from "../grants/issue-grant";
import { aCluster, aContext, aHub, aMember, anApp, type Clock, type TestCluster } from "../hub.build";
import { publishListing } from "../market/publish-listing";
import { closeSession } from "../sessions/close-session";
import { findSessionUser } from "../sessions/find-session-user";
import { openSession } from "../sessions/open-session";
import { revokeSession } from "../sessions/revoke-session";
import { createApiToken } from "../tokens/create-api-token";
import { findTokenUser } from "../tokens/find-token-user";
import { revokeApiToken } from "../tokens/revoke-api-token";
import { disableMember } from "./disable-member";
import { enableMember } from "./enable-member";
import { memberClaims } from "./member";
import { signInMember } from "./sign-in-member";

let database: { db: Db; drop: () => Promise<void> };
let hub: Hub & { allowedOrigins: string[] };
let host: GatewayDouble;
let materials: TestCluster;
let bio: TestCluster;
let admin: HubContext;
let ctx: HubContext;
let account: string;
let token: string;
let cookie: string;
let request: GrantRequest;
const clock: Clock = { now: new Date() };
const app = anApp({ cluster: "bio", name: "trend" });

beforeAll(async () => {
  database = await aHubDatabase(inject("pgAdminUrl"));
  hub = await aHub();
  host = await aGateway();
  const place = { ...database, hub, clock };
  materials = await aCluster(place, "materials", "http://127.0.0.1:31");
  bio = await aCluster(place, "bio", host.url);
  host.signWith(bio.key);
  await publishListing(await bio.context(), app);
  admin = aContext(database.db, hub, clock, await aMember(database.db, "admin", ["hub-operator"]));
});
beforeEach(async () => {
  account = `member-${randomBytes(4).toString("hex")}`;
  ctx = aContext(database.db, hub, clock, await aMember(database.db, account));
  ({ token } = await createApiToken(ctx.db, { memberId: ctx.user.id, actor: account, name: "script" }, clock.now));
  cookie = randomBytes(32).toString("base64url");
  await openSession(ctx.db, { token: cookie, memberId: ctx.user.id, sealedTokens: null, userAgent: "test" }, clock.now);
  request = await anAuthorizedStep(ctx, app, "materials");
});
afterAll(async () => {
  await host.close();
  await database.drop();
});

const mayStillAsk = async () => ({
  byToken: (await findTokenUser(ctx.db, token, clock.now)) !== undefined,
  byCookie: (await findSessionUser(ctx.db, cookie, clock.now)) !== undefined,
});
const auditOf = async (...subjects: string[]) =>
  (
    await ctx.db
      .select()
      .from(auditEntries)
      .where(inArray(auditEntries.subject, subjects))
      .orderBy(auditEntries.ordinal)
  ).map(({ actor, action, detail }) => ({ actor, action, detail }));

describe("a disabled member", () => {
  test("loses browsers, tokens and grants at once, with an entry in the audit", async () => {
    expect(await mayStillAsk()).toEqual({ byToken: true, byCookie: true });
    const { disabledAt } = await disableMember(admin, { account });
    expect(disabledAt).toBe(clock.now.toISOString());
    expect(await mayStillAsk()).toEqual({ byToken: false, byCookie: false });
    const grant = issueGrant(await materials.context(), request);
    await expect(grant).rejects.toMatchObject({ reason: "member.disabled" });
    const claims = memberClaims.parse({ sub: account, preferred_username: account });
    await expect(signInMember(ctx.db, "http://identity.example", claims)).rejects.toMatchObject({
      reason: "member.disabled",
    });
    expect(await auditOf(account)).toEqual([
      { actor: "admin", action: "member.disable", detail: { sessions: 1, tokens: 1 } },
    ]);
    expect(await disableMember(admin, { account })).toEqual({ account, disabledAt });
    expect(await auditOf(account)).toHaveLength(1);
  });

  test("T14: is made known at once to the hosts where they hold something, and one that is away hinders nothing", async () => {
    host.asked.length = 0;
    await disableMember(admin, { account });
    expect(host.asked.map(({ method, path }) => `${method} ${path}`)).toEqual(["POST /v1/status-checks"]);
  });

  test("comes back by signing in anew: what was ended stays ended", async () => {
    await disableMember(admin, { account });
    expect(await enableMember(admin, { account })).toEqual({ account, disabledAt: null });
    await enableMember(admin, { account });
    expect(await mayStillAsk()).toEqual({ byToken: false, byCookie: false });
    await issueGrant(await materials.context(), request);
    expect((await auditOf(account)).map(({ action }) => action)).toEqual(["member.disable", "member.enable"]);
  });

  test("is disabled by an operator of the hub only, and nobody disables themselves", async () => {
    const operator = aContext(ctx.db, hub, clock, await aMember(ctx.db, "operator", ["operator:bio"]));
    for (const stranger of [ctx, operator]) {
      for (const decide of [disableMember, enableMember]) {
        await expect(decide(stranger, { account })).rejects.toMatchObject({ kind: "forbidden" });
      }
    }
    await expect(disableMember(admin, { account: "admin" })).rejects.toMatchObject({ reason: "member.own_account" });
    await expect(disableMember(admin, { account: "nobody" })).rejects.toMatchObject({ kind: "not_found" });
    expect(await mayStillAsk()).toEqual({ byToken: true, byCookie: true });
  });

  test("is one person: an account that two providers know is not guessed at", async () => {
    await signInMember(
      ctx.db,
      "http://other.example",
      memberClaims.parse({ sub: account, preferred_username: account }),
    );
    await expect(disableMember(admin, { account })).rejects.toMatchObject({ reason: "member.ambiguous" });
    const rows = await ctx.db.select().from(members).where(eq(members.account, account));
    expect(rows.map(({ disabledAt }) => disabledAt)).toEqual([null, null]);
  });
});

test("every token and session that is made or ended is written down with who did it", async () => {
  const found = await findSessionUser(ctx.db, cookie, clock.now);
  const session = found?.session.id ?? "";
  const second = await createApiToken(ctx.db, { memberId: ctx.user.id, actor: account, name: "two" }, clock.now);
  await revokeApiToken(ctx, { id: second.id });
  await revokeSession(ctx, { id: session });
  expect((await auditOf(session)).map(({ actor, action }) => `${actor} ${action}`)).toEqual([
    `${account} session.open`,
    `${account} session.revoke`,
  ]);
  expect((await auditOf(second.id)).map(({ actor, action }) => `${actor} ${action}`)).toEqual([
    `${account} token.create`,
    `${account} token.revoke`,
  ]);
  expect(JSON.stringify(await auditOf(second.id))).not.toContain(second.token.slice(5));
  const third = randomBytes(32).toString("base64url");
  await openSession(ctx.db, { token: third, memberId: ctx.user.id, sealedTokens: null, userAgent: null }, clock.now);
  const closed = await closeSession(ctx.db, third, clock.now);
  expect((await auditOf(closed?.id ?? "")).map(({ action }) => action)).toEqual(["session.open", "session.close"]);
});
