import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import type { AppVersion } from "#server/graph/app";
import type { HostedRunRequest } from "#server/protocol/hosted-run";
import { makeSigningKey } from "#server/protocol/keys";
import type { TestFramework } from "../framework.build";
import { aHubKey } from "../hub-double.build";
import { noBudget, pack, publish, register } from "../portal.build";
import { packJoin } from "../programs.build";
import { aDoor, askFor, type Door, limits, type Refusal } from "./door.build";
import { detailsOf, type Lie, plantAgreement } from "./hosted-call.build";

let door: Door;
let host: TestFramework;
let app: AppVersion;
let unpublished: AppVersion;
let networked: AppVersion;
const otherHub = aHubKey();
const otherKey = makeSigningKey();

beforeAll(async () => {
  door = await aDoor(inject("pgAdminUrl"));
  ({ host, app } = door);
  const built = await register(host, await packJoin());
  if (!built.version) throw new Error(built.log);
  unpublished = built.version;
  networked = await publish(
    host,
    await pack("networked", "import argparse\nargparse.ArgumentParser().parse_args()\n", { network: "any" }),
  );
});
afterAll(() => door.close());

/** The hub granted it, whatever we think of it. */
const grant =
  (change: Partial<HostedRunRequest>, agreementId?: string): Lie =>
  (call) => {
    call.request = { ...call.request, ...change };
    call.body = JSON.stringify(call.request);
    call.claims.authorization_details = [detailsOf(call.request, call, agreementId ?? door.agreementId)];
  };
const detail =
  (change: object): Lie =>
  (call) =>
    Object.assign(call.claims.authorization_details[0], change);
const under =
  (plant: () => Promise<string>, more: HostedRunRequest["parameters"] = {}): Lie =>
  async (call) =>
    grant({ parameters: { ...call.request.parameters, ...more } }, await plant())(call);
const day = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString();
const otherRequest = { status: 403, code: "grant.other_request" };

const refusals: Record<string, Refusal[]> = {
  "the body is what was granted": [
    { given: "other parameters", lie: askFor({ parameters: { journal: "/tmp/other" } }), ...otherRequest },
    { given: "one parameter more", lie: askFor({ parameters: { journal: "", seconds: 1 } }), ...otherRequest },
    { given: "other inputs", lie: detail({ inputsHash: "0".repeat(64) }), ...otherRequest },
    { given: "another salt", lie: askFor({ salt: "t".repeat(32) }), ...otherRequest },
    { given: "other limits", lie: askFor({ limits: { ...limits, memoryBytes: 2048 } }), ...otherRequest },
    { given: "another digest", lie: askFor({ digest: `sha256:${"1".repeat(64)}` }), ...otherRequest },
    { given: "another version", lie: askFor({ version: "2.0.0" }), ...otherRequest },
    { given: "another app", lie: askFor({ app: "other" }), ...otherRequest },
    { given: "another step", lie: askFor({ step: "other" }), ...otherRequest },
    { given: "another run", lie: askFor({ runId: randomUUID() }), ...otherRequest },
    { given: "another lifetime of results", lie: askFor({ resultsLifetimeDays: 15 }), ...otherRequest },
    {
      given: "another attempt",
      lie: (call) => {
        call.attempt = 2;
      },
      ...otherRequest,
    },
    {
      given: "another run's address",
      lie: (call) => {
        call.runKey = "a".repeat(64);
      },
      ...otherRequest,
    },
  ],
  "what the agreement lets parameters and networks be": [
    {
      given: "a value above its limit",
      lie: under(() => plantAgreement(host, app.name, { parameters: { seconds: { max: 1 } } }), { seconds: 2 }),
      status: 403,
      code: "agreement.parameter_out_of_bounds",
    },
    {
      given: "a default above its limit",
      lie: under(() => plantAgreement(host, app.name, { parameters: { seconds: { min: 5 } } })),
      status: 403,
      code: "agreement.parameter_out_of_bounds",
    },
    {
      given: "a limit on what this version does not have",
      lie: under(() => plantAgreement(host, app.name, { parameters: { old: { values: ["a"] } } })),
      status: 403,
      code: "agreement.parameter_out_of_bounds",
    },
    {
      given: "an app that asks for a network",
      lie: async (call) => {
        const id = await plantAgreement(host, networked.name, { egress: "none" });
        grant({ app: networked.name, digest: networked.digest, version: networked.version }, id)(call);
      },
      status: 403,
      code: "agreement.egress_refused",
    },
  ],
  "local policy": [
    {
      given: "an image that was never built here",
      lie: grant({ digest: `sha256:${"1".repeat(64)}` }),
      status: 403,
      code: "app.wrong_digest",
    },
    { given: "an image under another app's name", lie: grant({ app: "join" }), status: 403, code: "app.wrong_digest" },
    {
      given: "an app that is not published",
      lie: (call) => grant({ app: unpublished.name, digest: unpublished.digest })(call),
      status: 403,
      code: "app.not_published",
    },
    {
      given: "more memory than this host has",
      lie: grant({ limits: { ...limits, memoryBytes: 2 ** 45 } }),
      status: 403,
      code: "limits.over_ceiling",
    },
    {
      given: "a year of computing",
      lie: grant({ limits: { ...limits, durationSeconds: 31_536_000 } }),
      status: 403,
      code: "limits.over_ceiling",
    },
  ],
  "a living agreement": [
    { given: "no agreement", lie: under(async () => randomUUID()), status: 403, code: "agreement.missing" },
    {
      given: "a revoked one",
      lie: under(() => plantAgreement(host, app.name, {}, { state: "REVOKED" })),
      status: 403,
      code: "agreement.revoked",
    },
    {
      given: "an expired one",
      lie: under(() => plantAgreement(host, app.name, { expires: day(-0.5) })),
      status: 403,
      code: "agreement.expired",
    },
    {
      given: "one that has not begun",
      lie: under(() => plantAgreement(host, app.name, { notBefore: day(1) })),
      status: 403,
      code: "agreement.not_yet",
    },
    {
      given: "another user's",
      lie: under(() => plantAgreement(host, app.name, { user: "other" })),
      status: 403,
      code: "agreement.other_user",
    },
    {
      given: "another app's",
      lie: under(() => plantAgreement(host, "other")),
      status: 403,
      code: "agreement.other_app",
    },
    {
      given: "another version's",
      lie: under(() => plantAgreement(host, app.name, { digests: [`sha256:${"1".repeat(64)}`] })),
      status: 403,
      code: "agreement.other_version",
    },
    {
      given: "a used up one",
      lie: under(() => plantAgreement(host, app.name, { budget: { ...noBudget, runs: 2 } }, { runsUsed: 2 })),
      status: 403,
      code: "agreement.budget_used",
    },
    {
      given: "one for smaller attempts",
      lie: under(() => plantAgreement(host, app.name, { perRun: { ...limits, cpuMillis: limits.cpuMillis - 1 } })),
      status: 403,
      code: "agreement.over_per_run",
    },
    {
      given: "a suspended one",
      lie: under(() => plantAgreement(host, app.name, {}, { state: "SUSPENDED" })),
      status: 403,
      code: "agreement.suspended",
    },
    {
      given: "one that awaits its owner",
      lie: under(() => plantAgreement(host, app.name, {}, { state: "REQUESTED" })),
      status: 403,
      code: "agreement.requested",
    },
    {
      given: "one changed after it was signed",
      lie: under(() => plantAgreement(host, app.name, { maxConcurrent: 1 }, { document: { maxConcurrent: 9 } })),
      status: 401,
      code: "signature.invalid",
    },
    {
      given: "one that only the hub signed",
      lie: under(async () => plantAgreement(host, app.name, {}, { hostKey: await otherKey })),
      status: 401,
      code: "signature.invalid",
    },
    {
      given: "one that only the host signed",
      lie: under(async () => plantAgreement(host, app.name, {}, { hubKey: (await otherHub).key })),
      status: 401,
      code: "signature.invalid",
    },
  ],
};

describe("T8: what was not granted, not published or not agreed is refused by its name", () => {
  test.each(Object.entries(refusals).flatMap(([check, all]) => all.map((one) => ({ check, ...one }))))(
    "$check: $given -> $status $code",
    async ({ lie, status, code }) => {
      const call = door.call();
      await lie(call);
      const answer = await door.put(call);
      expect({ status: answer.status, code: answer.json.code }).toEqual({ status, code });
    },
  );

  test("an app whose owner closed it is refused, whatever was agreed before", async () => {
    const set = (remote: string) =>
      host.db.execute(
        sql`update images set document = jsonb_set(document, '{access,remote}', to_jsonb(${remote}::text)) where name = ${app.name}`,
      );
    await set("closed");
    const answer = await door.put(door.call());
    await set("open");
    expect(answer).toMatchObject({ status: 403, json: { code: "agreement.remote_closed" } });
  });

  test("a grant that the hub no longer stands by is refused in the hub's words", async () => {
    door.hub.answers.set("/introspections", () => ({ active: false, reason: "member.disabled" }));
    const answer = await door.put(door.call());
    door.hub.answers.delete("/introspections");
    expect(answer).toMatchObject({ status: 403, json: { code: "member.disabled" } });
  });

  test("while the hub is away nothing is consumed, and the same call is taken once it is back", async () => {
    const consumed = async () => {
      const { rows } = await host.db.execute(sql`select (select count(*) from hosted_runs)::int hosted,
        (select count(*) from redeemed_grants)::int grants, (select runs_used from agreements where id = ${door.agreementId}) used`);
      return rows[0];
    };
    const call = door.call();
    door.hub.isAway = true;
    const answer = await door.put(call);
    door.hub.isAway = false;
    expect(answer).toMatchObject({ status: 503, json: { code: "hub_unavailable" } });
    expect(await consumed()).toEqual({ hosted: 0, grants: 0, used: 0 });
    expect(await readFile(door.journal, "utf8").catch(() => "nothing ran")).toBe("nothing ran");
    expect((await door.put(call)).status).toBe(201);
    expect(await consumed()).toEqual({ hosted: 1, grants: 1, used: 1 });
  });

  test("T5: a redeemed grant opens the door for nothing else", async () => {
    const first = door.call();
    expect((await door.put(first)).status).toBe(201);
    const second = door.call();
    second.claims.jti = first.claims.jti;
    expect(await door.put(second)).toMatchObject({ status: 401, json: { code: "unauthenticated" } });
  });
});
