import { randomUUID } from "node:crypto";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { sql } from "drizzle-orm";
import { decodeJwt } from "jose";
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from "vitest";
import type { AgreementDocument } from "#server/protocol/agreement";
import type { GrantClaims } from "#server/protocol/grant";
import type { HostedRunRequest } from "#server/protocol/hosted-run";
import { checkInvariants } from "../check-invariants";
import { askAsOperator, type TestFramework } from "../framework.build";
import { aHostedCall, type HostedCall, put } from "../gateway/hosted-call.build";
import type { HubDouble } from "../hub-double.build";
import { agree, stepOf, submit, untilOver, untilStep } from "../portal.build";
import { until } from "../until.build";
import {
  aPair,
  counted,
  expectOnce,
  hostedOf,
  laterBy,
  linesOf,
  type Pair,
  putBack,
  queuedOnce,
  receiptAtHome,
  untilRemembered,
  untilSettled,
} from "./pair.build";

let pair: Pair;
let hub: HubDouble;
let home: TestFramework;
let host: TestFramework;

beforeAll(async () => {
  pair = await aPair(inject("pgAdminUrl"));
  ({ hub, home, host } = pair);
});
afterEach(() => pair.calm());
afterAll(() => pair.close());

const isSuspension = (json: unknown) => (json as { decision: string }).decision === "suspended";

/** A call with a grant of this age for the key of the real home. */
function callOf(request: HostedRunRequest, claims: Pick<GrantClaims, "iat" | "nbf" | "exp" | "jti">): HostedCall {
  const { name, key, jkt } = home;
  const call = aHostedCall(host, { name, key, jkt }, request, pair.counting.agreement);
  const { iat, nbf, exp, jti } = claims;
  return { ...call, claims: { ...call.claims, iat, nbf, exp, jti } };
}

/** What home sent for a run, with the grant that was used for it. */
async function sentAgain(runId: string): Promise<HostedCall> {
  const { rows } = await home.db.execute<{ request: HostedRunRequest; grant: string }>(
    sql`select request, "grant" from remote_attempts where run_id = ${runId}`,
  );
  const [sent] = rows;
  if (!sent) throw new Error("it was sent");
  return callOf(sent.request, decodeJwt(sent.grant) as never);
}

describe("R13: an hour-old backup of a host is put back", { timeout: 180_000 }, () => {
  test("it is noticed by the file beside the database, shown, and settled part by part", async () => {
    const backup = await pair.backUp(host);
    await untilOver(home, await submit(home, counted(pair, "noticed").drawn));
    await untilRemembered(host);
    hub.gate = (path) => (path === "/set-back/runs" ? new Promise(() => undefined) : undefined);
    await putBack(host, backup);
    const status = await (await askAsOperator(host, "/v1/operator/status")).json();
    expect(status).toMatchObject({ restore: { shownBy: "file", settledAt: null } });
    expect(status.restore.open).toContain("runs");
    const health = await (await fetch(`${host.url}/v1/health`)).json();
    expect(health).toMatchObject({ ok: true, isSettling: true });
    await until("the hub hears of it", () =>
      hub.asked.some(({ path, json, cluster }) => {
        const beat = json as { isSettling?: boolean; epoch: number };
        return path === "/heartbeats" && cluster === "host" && beat.isSettling === true && beat.epoch > 1;
      }),
    );
    const { broken } = await checkInvariants(host.ctx);
    expect(broken).toContainEqual({
      invariant: "a database that was set back has read again what it forgot",
      what: "runs",
    });
    await host.crash();
    hub.gate = () => undefined;
    await host.start();
    const settled = await untilSettled(host);
    const parts = ["agreements", "peer:home", "processes", "revocations", "runs", "runtime"];
    expect(Object.keys(settled.evidence.done).sort()).toEqual(parts);
    expect((await (await fetch(`${host.url}/v1/health`)).json()).isSettling).toBe(false);
  });

  test("an app that was queued in the backup and runs is adopted, and started once", async () => {
    const { journal, drawn } = counted(pair, "adopted", 6);
    const { id, release } = await queuedOnce(pair, drawn);
    const backup = await pair.copy(host);
    release();
    await host.start();
    await until("it started", async () => (await linesOf(journal)).length === 1);
    await untilRemembered(host);
    await putBack(host, backup);
    await expectOnce(pair, id, journal);
  });

  test("an app that was queued in the backup and has ended is told as it ended, from what the runtime kept", async () => {
    const { journal, drawn } = counted(pair, "ended");
    const { id, release } = await queuedOnce(pair, drawn);
    const backup = await pair.copy(host);
    // Home never hears how it ended: only the host's own folders know.
    host.relay.fate = ({ path }) => (path.startsWith("/v1/events") || path.includes("/hosted-runs/") ? "cut" : "pass");
    host.relay.breakAll();
    release();
    await host.start();
    await until("it ended", async () => (await hostedOf(pair, id))[0]?.outcome === "SUCCEEDED");
    await untilRemembered(host);
    await host.crash();
    await backup.putBack();
    host.relay.fate = () => "pass";
    await host.start();
    await expectOnce(pair, id, journal);
  });

  test("an app that began in the lost hour and ended while the host was away is news to its home, whatever its old number", async () => {
    const { journal, drawn } = counted(pair, "old number", 3);
    const { id, release } = await queuedOnce(pair, drawn);
    const backup = await pair.copy(host);
    // As if the host had told of many other things before this one began.
    await host.db.execute(sql`update peers set event_seq = event_seq + 50 where name = 'home'`);
    release();
    await host.start();
    await untilStep(home, id, "only", "REMOTE_RUNNING");
    await untilRemembered(host);
    await host.crash();
    const [name = ""] = await host.ctx.runtime.live();
    await until("it ended", async () => (await host.ctx.runtime.look(name)).phase === "ended");
    await backup.putBack();
    let goOn = () => {};
    const held = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    hub.gate = (path) => (path === "/set-back/agreements" ? held : undefined);
    await host.start();
    await until("its end is written", async () => (await hostedOf(pair, id))[0]?.outcome === "SUCCEEDED");
    goOn();
    await expectOnce(pair, id, journal);
  });

  test("an attempt that was accepted and ended in the lost hour stands again with the receipt that home has", async () => {
    const { journal, drawn } = counted(pair, "whole life lost");
    const backup = await pair.backUp(host);
    const id = await submit(home, drawn);
    await expectOnce(pair, id, journal);
    await until("home acknowledged", async () => (await hostedOf(pair, id))[0]?.state === "ACKED");
    await untilRemembered(host);
    await putBack(host, backup);
    await untilSettled(host);
    const [row, ...others] = await hostedOf(pair, id);
    expect(others).toEqual([]);
    expect(row).toMatchObject({ state: "ACKED", outcome: "SUCCEEDED", receipt: await receiptAtHome(pair, id) });
  });

  test("an attempt that was accepted in the lost hour and runs is adopted, and its result comes home", async () => {
    const { journal, drawn } = counted(pair, "forgotten while it runs", 6);
    const backup = await pair.backUp(host);
    const id = await submit(home, drawn);
    await untilStep(home, id, "only", "REMOTE_RUNNING");
    await untilRemembered(host);
    await putBack(host, backup);
    expect(await hostedOf(pair, id)).toEqual([]);
    await expectOnce(pair, id, journal);
    await untilSettled(host);
  });

  test("an attempt of which nothing is left is told as LOST_ON_HOST and never begun anew", async () => {
    const { journal, drawn } = counted(pair, "nothing left", 600);
    const backup = await pair.backUp(host);
    const id = await submit(home, drawn);
    await until("it started", async () => (await linesOf(journal)).length === 1);
    await untilRemembered(host);
    await host.crash();
    const [name = ""] = await host.ctx.runtime.live();
    const { pid } = JSON.parse(await readFile(join(host.folder, "runtime/tasks", name, "started"), "utf8"));
    process.kill(pid, "SIGKILL");
    await rm(join(host.folder, "runtime/tasks", name), { recursive: true, force: true });
    await backup.putBack();
    await host.start();
    const view = await untilOver(home, id, 90_000);
    expect(stepOf(view, "only")).toMatchObject({
      state: "FAILED",
      end: "LOST_ON_HOST",
      reason: { code: "hosted_run.lost_record" },
    });
    expect(await linesOf(journal)).toHaveLength(1);
  });

  test("a used grant opens nothing again, and whoever asks meanwhile is told to ask later", async () => {
    const { journal, drawn } = counted(pair, "used grant");
    const backup = await pair.backUp(host);
    const id = await submit(home, drawn);
    await expectOnce(pair, id, journal);
    const used = await sentAgain(id);
    await untilRemembered(host);
    hub.gate = (path) => (path === "/set-back/runs" ? new Promise(() => undefined) : undefined);
    await putBack(host, backup);
    expect(await put(host, { ...used, attempt: 2 })).toMatchObject({
      status: 503,
      json: { code: "framework.restored" },
    });
    await host.crash();
    hub.gate = () => undefined;
    await host.start();
    await untilSettled(host);
    const other = { ...used, request: { ...used.request, step: "other" } };
    expect(await put(host, callOf(other.request, used.claims))).toMatchObject({
      status: 403,
      json: { code: "grant.before_restore" },
    });
    expect(await linesOf(journal)).toHaveLength(1);
  });

  test("what its owner revoked in the lost hour stays revoked: the hub had heard it", async () => {
    const agreement = await agree(host, pair.counting.app.name);
    const { journal, drawn } = counted(pair, "revoked");
    const backup = await pair.backUp(host);
    const answer = await askAsOperator(host, `/v1/operator/agreements/${agreement}/revoke`, {});
    expect(answer.status).toBe(200);
    hub.narrowed = { revokedAgreements: [agreement] };
    await untilRemembered(host);
    await putBack(host, backup);
    await untilSettled(host);
    await laterBy(pair);
    const { rows } = await host.db.execute(sql`select state from agreements where id = ${agreement}`);
    expect(rows).toEqual([{ state: "REVOKED" }]);
    const step = { app: pair.counting.app, agreement, with: { journal } };
    const view = await untilOver(home, await submit(home, { steps: { only: { ...drawn.steps.only, ...step } } }));
    expect(stepOf(view, "only")).toMatchObject({ end: "REJECTED", reason: { code: "agreement.revoked" } });
    expect(await linesOf(journal)).toEqual([]);
  });

  test("what it signed in the lost hour comes back suspended, and only with its own signature", async () => {
    const backup = await pair.backUp(host);
    const agreement = await agree(host, pair.counting.app.name);
    const { rows } = await host.db.execute<{ document: AgreementDocument; host: string; hub: string }>(
      sql`select document, host_signature as host, hub_signature as hub from agreements where id = ${agreement}`,
    );
    const [kept] = rows;
    if (!kept) throw new Error("it was signed");
    const forged = { ...kept.document, id: randomUUID(), maxConcurrent: 50 };
    const told = (document: AgreementDocument, hubSignature: string) => ({
      ...{
        id: document.id,
        state: "ACTIVE",
        isSuspendedByOwner: false,
        document,
        hostSignature: kept.host,
        hubSignature,
      },
    });
    const agreements = [told(kept.document, kept.hub), told(forged, await hub.sign(forged))];
    hub.answers.set("/set-back/agreements", (json) => ({
      agreements: (json as { after: string | null }).after ? [] : agreements,
    }));
    await untilRemembered(host);
    await putBack(host, backup);
    await untilSettled(host);
    const back = await host.db.execute(
      sql`select id, state, reason from agreements where id in (${agreement}, ${forged.id})`,
    );
    expect(back.rows).toEqual([{ id: agreement, state: "SUSPENDED", reason: "agreement.suspended_by_owner" }]);
    await until("the hub was told", () =>
      hub.asked.some(({ path, json }) => path === `/agreements/${agreement}/decision` && isSuspension(json)),
    );
    expect((await askAsOperator(host, `/v1/operator/agreements/${agreement}/resume`, {})).status).toBe(200);
  });

  test("a process that nobody remembers is ended", async () => {
    const backup = await pair.backUp(home);
    const journal = join(home.folder, "nobody.journal");
    await submit(home, { steps: { only: { app: pair.local, with: { journal, seconds: 600 } } } });
    await until("it runs", async () => (await linesOf(journal)).length === 1);
    const { rows } = await home.db.execute<{ name: string }>(
      sql`select name from executions where parameters->>'journal' = ${journal}`,
    );
    await agree(home, pair.local.name);
    await untilRemembered(home);
    await putBack(home, backup);
    await untilSettled(home);
    await until("it is gone", async () => !(await home.ctx.runtime.live()).includes(rows[0]?.name ?? ""));
    expect(await linesOf(journal)).toHaveLength(1);
  });
});
