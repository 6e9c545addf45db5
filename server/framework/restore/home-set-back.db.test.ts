import { sql } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from "vitest";
import { letterBodyBytes } from "#server/protocol/reach";
import { attemptsAnswer } from "#server/protocol/set-back";
import type { TestFramework } from "../framework.build";
import type { HubDouble } from "../hub-double.build";
import { agree, look, stepOf, submit, untilOver, untilStep } from "../portal.build";
import { until } from "../until.build";
import { listOpenAttempts } from "./list-open-attempts";
import {
  aPair,
  counted,
  expectOnce,
  hostedOf,
  type Pair,
  putBack,
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

describe("R13: an hour-old backup of a home is put back", { timeout: 180_000 }, () => {
  test("a remote step that has ended meanwhile is not begun again, and the run ends with its receipt", async () => {
    const { journal, drawn } = counted(pair, "home forgets the end", 1);
    const id = await submit(home, drawn);
    await untilStep(home, id, "only", "REMOTE_RUNNING");
    const backup = await pair.backUp(home);
    await expectOnce(pair, id, journal);
    await agree(home, pair.local.name);
    await untilRemembered(home);
    await putBack(home, backup);
    expect(stepOf(await look(home, id), "only").state).not.toBe("SUCCEEDED");
    await expectOnce(pair, id, journal);
    expect(await receiptAtHome(pair, id)).toBe((await hostedOf(pair, id))[0]?.receipt);
    await untilSettled(home);
  });

  test("a remote step that was not even sent in the backup is answered by its host as it ended", async () => {
    const { journal, drawn } = counted(pair, "home forgets the call");
    let isHeld = true;
    hub.gate = (path) => (path === "/grants" && isHeld ? new Promise(() => undefined) : undefined);
    const id = await submit(home, drawn);
    await untilStep(home, id, "only", "WAITING_GRANT");
    await home.crash();
    const backup = await pair.copy(home);
    isHeld = false;
    await home.start();
    await expectOnce(pair, id, journal);
    await agree(home, pair.local.name);
    await untilRemembered(home);
    await putBack(home, backup);
    await expectOnce(pair, id, journal);
    await untilSettled(home);
  });

  test("a run that was submitted in the lost hour is told as lost, and the next word of others is news to the hub", async () => {
    const { drawn, journal } = counted(pair, "kept", 3);
    const kept = await submit(home, drawn);
    await untilStep(home, kept, "only", "REMOTE_RUNNING");
    const backup = await pair.backUp(home);
    const lost = await submit(home, counted(pair, "lost").drawn);
    await untilOver(home, lost, 90_000);
    await agree(home, pair.local.name);
    await untilRemembered(home);
    const runs = [kept, lost].map((id) => ({ id, seq: 500, stepsTotal: 1 })).sort((a, b) => (a.id < b.id ? -1 : 1));
    hub.answers.set("/set-back/runs", (json) => ({ runs: (json as { after: string | null }).after ? [] : runs }));
    await putBack(home, backup);
    await untilSettled(home);
    await expectOnce(pair, kept, journal);
    type Told = { summaries: { id: string; state: string; seq: number; reason?: string }[] };
    const told = (id: string) =>
      hub.asked
        .filter(({ path }) => path === "/run-summaries")
        .flatMap(({ json }) => (json as Told).summaries)
        .filter((summary) => summary.id === id && summary.seq > 500);
    expect(told(lost)).toMatchObject([{ state: "FAILED", reason: "run.lost_in_restore", seq: 501 }]);
    await until("its end is news", () => told(kept).some(({ state }) => state === "SUCCEEDED"));
    await expect(look(home, lost)).rejects.toMatchObject({ reason: "run.not_found" });
  });
});

test("R13: what a home remembers is told in pages that a letter carries, whatever the receipts weigh", async () => {
  for (const name of ["weighs", "weighs too"])
    await expectOnce(pair, await submit(home, counted(pair, name).drawn), counted(pair, name).journal);
  const since = new Date(0).toISOString();
  const weigh = (size: number) =>
    home.db.execute(sql`update remote_attempts set receipt = receipt || repeat(' ', ${size})`);
  const page = async (after: { runKey: string; attempt: number } | null = null) => {
    const answer = attemptsAnswer.parse(await listOpenAttempts(home.ctx, "host", { since, after }));
    expect(JSON.stringify(answer).length).toBeLessThan(letterBodyBytes);
    return answer.attempts;
  };
  const [known] = await page();
  await weigh(300_000);
  const [first, ...others] = await page();
  expect(others).toEqual([]);
  expect(first?.receipt?.length).toBeGreaterThan(300_000);
  expect((await page(first)).length).toBe(1);
  await home.db.execute(sql`update remote_attempts set receipt = rtrim(receipt)`);
  expect((await page())[0]).toEqual(known);
}, 180_000);

test("R13: both sides put their backups back: one start, one end", { timeout: 180_000 }, async () => {
  const { journal, drawn } = counted(pair, "both", 1);
  const id = await submit(home, drawn);
  await untilStep(home, id, "only", "REMOTE_RUNNING");
  await Promise.all([home.crash(), host.crash()]);
  const [ours, theirs] = [await pair.copy(home), await pair.copy(host)];
  await Promise.all([home.start(), host.start()]);
  await expectOnce(pair, id, journal);
  await Promise.all([agree(home, pair.local.name), agree(host, pair.counting.app.name)]);
  await Promise.all([untilRemembered(home), untilRemembered(host)]);
  await Promise.all([home.crash(), host.crash()]);
  await Promise.all([ours.putBack(), theirs.putBack()]);
  await Promise.all([home.start(), host.start()]);
  await expectOnce(pair, id, journal);
  await Promise.all([untilSettled(home), untilSettled(host)]);
});
