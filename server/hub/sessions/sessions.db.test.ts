import { randomBytes } from "node:crypto";
import { eq } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { members, sessions } from "#drizzle/hub/schema/members";
import type { Db } from "#server/db/connect";
import { aHubDatabase } from "#server/db/hub-database.build";
import { aContext, aHub, aMember } from "../hub.build";
import type { User } from "../members/member";
import { createApiToken } from "../tokens/create-api-token";
import { findTokenUser } from "../tokens/find-token-user";
import { revokeApiToken } from "../tokens/revoke-api-token";
import { closeSession } from "./close-session";
import { findSessionUser } from "./find-session-user";
import { listSessions } from "./list-sessions";
import { openSession } from "./open-session";
import { revokeSession } from "./revoke-session";
import { openTokens, sealTokens } from "./sealed-tokens";

let database: { db: Db; drop: () => Promise<void> };
let user: User;
let other: User;
const start = new Date("2026-01-01T00:00:00Z");
const minute = (minutes: number) => new Date(start.getTime() + minutes * 60_000);

async function aSession(owner = user): Promise<string> {
  const token = randomBytes(32).toString("base64url");
  await openSession(database.db, { token, memberId: owner.id, sealedTokens: null, userAgent: "test" }, start);
  return token;
}
const asked = async (token: string, minutes: number) =>
  (await findSessionUser(database.db, token, minute(minutes)))?.user.account;

beforeAll(async () => {
  database = await aHubDatabase(inject("pgAdminUrl"));
  user = await aMember(database.db, "researcher");
  other = await aMember(database.db, "researcher2");
});
afterAll(() => database.drop());

describe("a session ends", () => {
  test("after 30 minutes without use, however long it was used before", async () => {
    const token = await aSession();
    expect(await asked(token, 29)).toBe("researcher");
    expect(await asked(token, 58)).toBe("researcher");
    expect(await asked(token, 89)).toBeUndefined();
  });

  test("after 12 hours, however much it was used", async () => {
    const token = await aSession();
    for (let minutes = 25; minutes < 720; minutes += 25) expect(await asked(token, minutes)).toBe("researcher");
    expect(await asked(token, 720)).toBeUndefined();
  });

  test("at sign-out, and when it is revoked from another browser, by its owner only", async () => {
    const [left, revoked] = [await aSession(), await aSession()];
    await closeSession(database.db, left, minute(1));
    expect(await asked(left, 1)).toBeUndefined();
    const found = await findSessionUser(database.db, revoked, minute(1));
    const clock = { now: minute(1) };
    const hub = await aHub();
    const id = found?.session.id ?? "";
    await expect(revokeSession(aContext(database.db, hub, clock, other), { id })).rejects.toMatchObject({
      kind: "not_found",
    });
    const own = aContext(database.db, hub, clock, user);
    expect((await listSessions(own)).items.map((row) => row.id)).toContain(id);
    await revokeSession(own, { id });
    expect(await asked(revoked, 1)).toBeUndefined();
  });

  test("when its member is disabled", async () => {
    const gone = await aMember(database.db, "gone");
    const token = await aSession(gone);
    await database.db.update(members).set({ disabledAt: start }).where(eq(members.id, gone.id));
    expect(await asked(token, 1)).toBeUndefined();
  });
});

test("neither cookie nor API token stands in the database as it is", async () => {
  const token = await aSession();
  const api = await createApiToken(database.db, { memberId: user.id, actor: user.account, name: "t" }, start);
  const rows = JSON.stringify(await database.db.select().from(sessions));
  expect(rows).not.toContain(token);
  const { rows: tokens } = await database.db.execute("select * from api_tokens");
  expect(JSON.stringify(tokens)).not.toContain(api.token.slice(5));
});

test("an API token works until it expires or is revoked by its owner", async () => {
  const { id, token } = await createApiToken(
    database.db,
    { memberId: user.id, actor: user.account, name: "t", days: 1 },
    start,
  );
  const asks = async (minutes: number) => (await findTokenUser(database.db, token, minute(minutes)))?.account;
  expect(await asks(1)).toBe("researcher");
  expect(await asks(24 * 60)).toBeUndefined();
  const hub = await aHub();
  const clock = { now: minute(1) };
  await expect(revokeApiToken(aContext(database.db, hub, clock, other), { id })).rejects.toMatchObject({
    kind: "not_found",
  });
  await revokeApiToken(aContext(database.db, hub, clock, user), { id });
  expect(await asks(2)).toBeUndefined();
});

test("sealed tokens open with their own key only, and not when changed", () => {
  const [key, wrong] = [0, 1].map(() => randomBytes(32).toString("base64url"));
  const sealed = sealTokens(key ?? "", { idToken: "secret" });
  expect(sealed).not.toContain("secret");
  expect(openTokens(key ?? "", sealed)).toEqual({ idToken: "secret" });
  expect(openTokens(wrong ?? "", sealed)).toBeUndefined();
  expect(openTokens(key ?? "", `${sealed.slice(0, -2)}AA`)).toBeUndefined();
});
