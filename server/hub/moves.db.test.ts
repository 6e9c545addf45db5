import { afterAll, beforeAll, expect, inject, test } from "vitest";
import type { Db } from "#server/db/connect";
import { aHubDatabase } from "#server/db/hub-database.build";
import { changeAgreement } from "./agreements/agreements.repo";
import { findByName, updateCluster, upsertInvitation } from "./clusters/clusters.repo";

let database: { db: Db; drop: () => Promise<void> };
beforeAll(async () => {
  database = await aHubDatabase(inject("pgAdminUrl"));
});
afterAll(() => database.drop());

test("a cluster that never enrolled becomes no member: refused as a bug", async () => {
  const { db } = database;
  const title = { ko: "소재", en: "Materials" };
  await upsertInvitation(db, {
    name: "materials",
    title,
    joinTokenHash: "h",
    joinTokenExpiresAt: null,
    invitedBy: null,
  });
  await expect(updateCluster(db, "materials", { state: "ACTIVE" })).rejects.toThrow(TypeError);
  expect((await findByName(db, "materials"))?.state).toBe("INVITED");
});

test.each([
  ["REVOKED", "ACTIVE"],
  ["REVOKING", "ACTIVE"],
  ["REJECTED", "REQUESTED"],
  ["ACTIVE", "REJECTED"],
] as const)("an agreement that is %s never becomes %s: refused as a bug", async (from, state) => {
  const id = "3f2504e0-4f89-41d3-9a0c-0305e82c3301";
  await expect(changeAgreement(database.db, id, [from], { state })).rejects.toThrow(TypeError);
});
