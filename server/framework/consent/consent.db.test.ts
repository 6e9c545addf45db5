import { sql } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from "vitest";
import { KrdcError } from "#server/errors";
import type { AppVersion } from "#server/graph/app";
import type { ConsentAnswer } from "#server/protocol/consent";
import type { GrantRequest } from "#server/protocol/framework-api";
import type { RunView } from "#server/protocol/run-view";
import { checkInvariants } from "../check-invariants";
import { aFramework, introduce, type TestFramework } from "../framework.build";
import { aHubDouble, type HubDouble } from "../hub-double.build";
import {
  agree,
  ask,
  look,
  publish,
  researcher,
  researcher2,
  stepOf,
  submit,
  untilOver,
  untilStep,
} from "../portal.build";
import { packJoin } from "../programs.build";
import { until } from "../until.build";
import { lookForConsents } from "./look-for-consent";

let hub: HubDouble;
let home: TestFramework;
let host: TestFramework;
let app: AppVersion;
let agreement: string;

/** Nobody is told and nobody looks by chance: each test says when. */
const never = { timing: { consentMs: 3_600_000 } };

beforeAll(async () => {
  hub = await aHubDouble();
  home = await aFramework("home", hub, inject("pgAdminUrl"), never);
  host = await aFramework("host", hub, inject("pgAdminUrl"));
  await introduce(home, host);
  app = await publish(host, await packJoin());
  agreement = await agree(host, "join");
});
afterEach(() => hub.answers.clear());
afterAll(async () => {
  const checks = [await checkInvariants(home.ctx), await checkInvariants(host.ctx)];
  await Promise.all([home.drop(), host.drop()]);
  await hub.close();
  expect(checks.flatMap(({ broken }) => broken)).toEqual([]);
});

const refuseGrants = (reason: string) =>
  hub.answers.set("/grants", () => {
    throw new KrdcError("forbidden", reason);
  });
const consentIs = (state: ConsentAnswer["state"], agreements: Record<string, string> = {}) =>
  hub.answers.set("/consents", () => ({ state, until: new Date().toISOString(), agreements }));
const askedFor = (path: string) => hub.asked.filter((one) => one.path === path);
const tell = (id: string, user = researcher) => ask(home, user, "POST", `/v1/runs/${id}/consent`, {});
const only = (word = "far") => ({ steps: { only: { app, agreement, with: { word } } } });
const liveProxies = async () =>
  (await home.db.execute(sql`select name from executions where kind = 'proxy' and state <> 'ENDED'`)).rows;

/** A run whose consent ran out before its remote step was sent. */
async function aRestingRun(drawn: Parameters<typeof submit>[1] = only()): Promise<string> {
  refuseGrants("authorization.expired");
  consentIs("ENDED");
  const id = await submit(home, drawn);
  await until("every step rests", async () => {
    const { steps } = await look(home, id);
    return steps.length > 0 && steps.every(({ state }) => state === "WAITING_CONSENT");
  });
  return id;
}
const renew = (agreements: Record<string, string> = {}) => {
  hub.answers.delete("/grants");
  consentIs("STANDING", agreements);
};

describe("a consent that ran out is waited for", () => {
  test("no attempt is lost, no proxy app stands by, and the renewed consent goes on at once", async () => {
    const id = await aRestingRun();
    expect(stepOf(await look(home, id), "only")).toMatchObject({
      state: "WAITING_CONSENT",
      attempt: 1,
      end: null,
      reason: { code: "authorization.expired" },
    });
    await until("the proxy app has left", async () => (await liveProxies()).length === 0);
    renew();
    await tell(id);
    const view = await untilOver(home, id);
    expect(view.state).toBe("SUCCEEDED");
    expect(stepOf(view, "only")).toMatchObject({ state: "SUCCEEDED", attempt: 1 });
  });

  test("through a restart of its home, and the home looks by itself", async () => {
    const id = await aRestingRun();
    await home.crash();
    await home.start({ timing: { consentMs: 50 } });
    await until("the hub was asked", async () =>
      askedFor("/consents").some(({ json }) => (json as { runId: string }).runId === id),
    );
    expect(stepOf(await look(home, id), "only").state).toBe("WAITING_CONSENT");
    renew();
    expect((await untilOver(home, id)).state).toBe("SUCCEEDED");
    await home.shutDown();
    await home.start(never);
  });

  test("only by its own person's word, and the hub is believed, not whoever tells", async () => {
    const id = await aRestingRun();
    await expect(tell(id, researcher2)).rejects.toMatchObject({ reason: "run.not_found" });
    await tell(id);
    expect(stepOf(await look(home, id), "only").state).toBe("WAITING_CONSENT");
    await ask(home, researcher, "POST", `/v1/runs/${id}/cancel`, {});
    expect((await look(home, id)).state).toBe("CANCELLED");
  });

  test("a cancel ends the wait at once and for good", async () => {
    const id = await aRestingRun();
    await ask(home, researcher, "POST", `/v1/runs/${id}/cancel`, {});
    expect(stepOf(await look(home, id), "only").state).toBe("CANCELLED");
    renew();
    const asked = askedFor("/grants").length;
    await tell(id);
    expect((await look(home, id)).state).toBe("CANCELLED");
    expect(askedFor("/grants")).toHaveLength(asked);
  });

  test("what was taken away is refused in words, also when it was waited for", async () => {
    const id = await aRestingRun();
    refuseGrants("authorization.revoked");
    consentIs("REVOKED");
    await tell(id);
    const view = await untilOver(home, id);
    expect(stepOf(view, "only")).toMatchObject({ state: "FAILED", reason: { code: "authorization.revoked" } });
  });

  test("the host's word that it ran out counts as the hub's", async () => {
    hub.answers.set("/introspections", () => ({ active: false, reason: "authorization.expired" }));
    consentIs("ENDED");
    const id = await submit(home, only());
    await untilStep(home, id, "only", "WAITING_CONSENT");
    hub.answers.delete("/introspections");
    renew();
    await tell(id);
    expect((await untilOver(home, id)).state).toBe("SUCCEEDED");
  });
});

const agreementsAsked = () => askedFor("/grants").map(({ json }) => (json as GrantRequest).agreementId);

describe("a consent renewed under a newer agreement", () => {
  test("is used by what rested, and by what begins afterwards", async () => {
    const newer = await agree(host, "join");
    refuseGrants("authorization.expired");
    consentIs("ENDED");
    const run = await submit(home, {
      steps: {
        only: { app, agreement, with: { word: "a" } },
        next: { app, agreement, with: { input: [{ from: "only.out" }] } },
      },
    });
    await untilStep(home, run, "only", "WAITING_CONSENT");
    hub.asked.length = 0;
    renew({ only: newer, next: newer });
    await tell(run);
    expect((await untilOver(home, run)).state).toBe("SUCCEEDED");
    expect(new Set(agreementsAsked())).toEqual(new Set([newer]));
  });

  test("is found out when nobody could tell the home", async () => {
    const newer = await agree(host, "join");
    renew({ only: newer });
    hub.answers.set("/grants", (json) => {
      if ((json as GrantRequest).agreementId === newer) throw new KrdcError("unavailable", "hub_unavailable");
      throw new KrdcError("forbidden", "authorization.other_agreement");
    });
    const id = await submit(home, only());
    await until("it asks under the newer one", async () => agreementsAsked().includes(newer));
    hub.answers.delete("/grants");
    expect((await untilOver(home, id)).state).toBe("SUCCEEDED");
  });

  test("where the hub names no newer one, the refusal stands", async () => {
    renew({ only: agreement });
    refuseGrants("authorization.other_agreement");
    const view = await untilOver(home, await submit(home, only()));
    expect(stepOf(view, "only")).toMatchObject({ state: "FAILED", reason: { code: "authorization.other_agreement" } });
  });
});

describe("many instances", () => {
  const words = Array.from({ length: 24 }, (_, at) => `w${at}`);

  test("rest together and go on together", async () => {
    hub.asked.length = 0;
    const id = await aRestingRun({ steps: { each: { app, agreement, with: { word: words }, scatter: ["word"] } } });
    await until("the proxy apps have left", async () => (await liveProxies()).length === 0);
    const asked = askedFor("/grants").length;
    expect(asked).toBeLessThan(words.length);
    renew();
    await tell(id);
    const view: RunView = await untilOver(home, id, 120_000);
    expect(view.state).toBe("SUCCEEDED");
    expect(view.steps.every(({ attempt }) => attempt === 1)).toBe(true);
  }, 120_000);

  test("one whose question was still under way when the others began to rest, rests with them", async () => {
    consentIs("ENDED");
    let letGo = () => {};
    const held = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    let questions = 0;
    hub.answers.set("/grants", async () => {
      questions += 1;
      if (questions > 1) throw new KrdcError("forbidden", "authorization.expired");
      await held;
      throw new KrdcError("unavailable", "busy");
    });
    const id = await submit(home, {
      steps: { each: { app, agreement, with: { word: ["a", "b"] }, scatter: ["word"] } },
    });
    const states = async () => (await look(home, id)).steps.map(({ state }) => state);
    await until("both rest", async () => (await states()).join() === "WAITING_CONSENT,WAITING_CONSENT");
    await until("the proxy apps have left", async () => (await liveProxies()).length === 0);
    letGo();
    await lookForConsents(home.ctx);
    expect(await states()).toEqual(["WAITING_CONSENT", "WAITING_CONSENT"]);
    renew();
    await tell(id);
    expect((await untilOver(home, id, 60_000)).state).toBe("SUCCEEDED");
  }, 90_000);

  test("five thousand that rest are one question to the hub", async () => {
    const id = await aRestingRun();
    await home.db.execute(sql`
      insert into remote_attempts (run_key, attempt, step_run_id, run_id, host, request, authorization_id, agreement_id,
        state, waiting, proxy_name, proxy_group, created_at, bytes_in)
      select md5(n::text) || md5((n + 1)::text), 1, m.step_run_id, m.run_id, m.host, m.request, m.authorization_id,
        m.agreement_id, m.state, m.waiting, m.proxy_name, m.proxy_group, m.created_at, 5000
      from remote_attempts m, generate_series(1, 5000) n where m.run_id = ${id}`);
    hub.asked.length = 0;
    await lookForConsents(home.ctx);
    expect(hub.asked.filter(({ path }) => path === "/consents" || path === "/grants")).toHaveLength(1);
    await home.db.execute(sql`delete from remote_attempts where run_id = ${id} and bytes_in = 5000`);
    await ask(home, researcher, "POST", `/v1/runs/${id}/cancel`, {});
  });
});
