import { readFile, rm, writeFile } from "node:fs/promises";
import { join as joinPath } from "node:path";
import { sql } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from "vitest";
import { KrdcError } from "#server/errors";
import type { AppVersion } from "#server/graph/app";
import type { GrantRequest } from "#server/protocol/framework-api";
import type { RunView } from "#server/protocol/run-view";
import { checkInvariants } from "../check-invariants";
import { aFramework, introduce, type TestFramework } from "../framework.build";
import { aHubDouble, type HubDouble } from "../hub-double.build";
import {
  agree,
  ask,
  pack,
  publish,
  readOutput,
  researcher,
  researcher2,
  stepOf,
  submit,
  submitAndEnd,
  untilOver,
  upload,
} from "../portal.build";

/** Leaves a line behind for each start: the oracle. */
const counting = `
import argparse, sys
parser = argparse.ArgumentParser(description="Counts its starts.")
parser.add_argument("--journal", required=True)
parser.add_argument("--input", nargs="*", default=[])
parser.add_argument("--word", default="x")
parser.add_argument("--out", required=True)
options = parser.parse_args()
with open(options.journal, "a") as file:
    file.write(options.word + "\\n")
with open(options.out, "w") as file:
    file.write(options.word + "".join(open(path).read() for path in options.input))
sys.exit(3 if options.word == "fail" else 0)
`;
const packCounting = (version = "1.0.0", more: Record<string, unknown> = {}) =>
  pack("count", counting, {
    version,
    parameters: {
      input: { port: "in", kind: "file" },
      out: { port: "out", kind: "file" },
      journal: { kind: "string" },
    },
    ...more,
  });

let hub: HubDouble;
let home: TestFramework;
let host: TestFramework;
let here: AppVersion;
let there: AppVersion;
let agreement: string;
let count = 0;

beforeAll(async () => {
  hub = await aHubDouble();
  home = await aFramework("home", hub, inject("pgAdminUrl"));
  host = await aFramework("host", hub, inject("pgAdminUrl"));
  await introduce(home, host);
  here = await publish(home, await packCounting());
  there = await publish(host, await packCounting());
  agreement = await agree(host, "count");
});
afterEach(() => {
  hub.answers.clear();
  hub.isAway = false;
});
afterAll(async () => {
  const checks = [await checkInvariants(home.ctx), await checkInvariants(host.ctx)];
  await Promise.all([home.drop(), host.drop()]);
  await hub.close();
  expect(checks.flatMap(({ broken }) => broken)).toEqual([]);
});

/** A journal of its own, so that tests know nothing of each other's results. */
function aJournal(): string {
  count += 1;
  return joinPath(home.folder, `journal-${count}`);
}
const starts = async (journal: string) =>
  (await readFile(journal, "utf8").catch(() => "")).split("\n").filter(Boolean).length;
const local = (journal: string, over: object = {}) => ({
  steps: { only: { app: here, cache: true, with: { journal }, ...over } },
  outputs: { out: "only.out" },
});
const remote = (journal: string, over: object = {}) => local(journal, { app: there, agreement, ...over });
const run = (drawn: Parameters<typeof submit>[1], user = researcher) => submitAndEnd(home, drawn, 60_000, user);
const onlyOf = (view: RunView) => stepOf(view, "only");
const permit = (isAllowed: boolean) =>
  hub.answers.set("/cache-permissions", () => ({ isAllowed, reason: isAllowed ? null : "agreement.revoked" }));

describe("a step that asks for it is answered from an equal earlier one", () => {
  test("with its results and where they come from, and without a start", async () => {
    const journal = aJournal();
    const first = await run(local(journal));
    expect(onlyOf(first)).toMatchObject({ state: "SUCCEEDED", cachedFrom: null });
    const second = await run(local(journal));
    expect(second.state).toBe("SUCCEEDED");
    expect(onlyOf(second)).toMatchObject({
      state: "CACHED",
      attempt: 0,
      end: null,
      cachedFrom: { run: first.id, number: first.number, step: "only", index: null },
      outputs: onlyOf(first).outputs,
    });
    expect(await readOutput(home, second, "out")).toEqual(["x"]);
    const third = await run(local(journal));
    expect(onlyOf(third).cachedFrom).toMatchObject({ run: first.id });
    expect(await starts(journal)).toBe(1);
  });

  test("and what follows it goes on with those results", async () => {
    const journal = aJournal();
    const drawn = {
      steps: {
        only: { app: here, cache: true, with: { journal } },
        next: { app: here, with: { journal, word: "n", input: [{ from: "only.out" }] } },
      },
      outputs: { out: "next.out" },
    };
    await run(drawn);
    const view = await run(drawn);
    expect(onlyOf(view).state).toBe("CACHED");
    expect(stepOf(view, "next").state).toBe("SUCCEEDED");
    expect(await readOutput(home, view, "out")).toEqual(["nx"]);
    expect(await starts(journal)).toBe(3);
  });

  test("each scattered instance for itself", async () => {
    const journal = aJournal();
    const scattered = (word: string[]) => local(journal, { with: { journal, word }, scatter: ["word"] });
    await run(scattered(["a", "b"]));
    const view = await run(scattered(["b", "c", "a"]));
    expect(view.steps.map(({ index, state }) => [index, state])).toEqual([
      [0, "CACHED"],
      [1, "SUCCEEDED"],
      [2, "CACHED"],
    ]);
    expect(await readOutput(home, view, "out")).toEqual(["b", "c", "a"]);
    expect(view.steps[0]?.cachedFrom).toMatchObject({ index: 1 });
    expect(await starts(journal)).toBe(3);
  });

  test("in another cluster when the hub says that it could be granted now, and nothing is granted for it", async () => {
    const journal = aJournal();
    await run(remote(journal));
    permit(true);
    hub.asked.length = 0;
    const view = await run(remote(journal));
    expect(onlyOf(view)).toMatchObject({ state: "CACHED", cluster: "host", proxy: null });
    const asked = hub.asked.filter(({ path }) => path === "/cache-permissions").map(({ json }) => json as GrantRequest);
    expect(asked).toMatchObject([
      { agreementId: agreement, attempt: 1, digest: there.digest, previous: { kind: "none" } },
    ]);
    expect(hub.asked.filter(({ path }) => path === "/grants")).toEqual([]);
    expect(await starts(journal)).toBe(1);
  });
});

type Miss = { given: string; spoil?: (first: RunView) => Promise<unknown>; second?: (journal: string) => object };
const sha256Of = (view: RunView) => onlyOf(view).outputs[0]?.sha256 ?? "";
const storedAt = (sha256: string) => joinPath(home.folder, "store", sha256.slice(0, 2), sha256);

describe("it runs itself", () => {
  test.each<Miss>([
    { given: "where it does not ask for the cache", second: () => ({ cache: false }) },
    { given: "with another value", second: (journal) => ({ with: { journal, word: "y" } }) },
    { given: "when the stored result is gone", spoil: async (first) => rm(storedAt(sha256Of(first))) },
    {
      given: "when the stored result is not what its name says",
      spoil: async (first) => writeFile(storedAt(sha256Of(first)), "?"),
    },
  ])("$given", async ({ spoil, second }) => {
    const journal = aJournal();
    const word = `w${count}`;
    const first = await run(local(journal, { with: { journal, word } }));
    const kept = await readFile(storedAt(sha256Of(first)));
    await spoil?.(first);
    const view = await run(local(journal, { with: { journal, word }, ...second?.(journal) }));
    expect(onlyOf(view)).toMatchObject({ state: "SUCCEEDED", cachedFrom: null });
    expect(await starts(journal)).toBe(2);
    await writeFile(storedAt(sha256Of(first)), kept);
  });

  test("for somebody else, whoever's results are there", async () => {
    const journal = aJournal();
    await run(local(journal));
    expect(onlyOf(await run(local(journal), researcher2)).state).toBe("SUCCEEDED");
    expect(await starts(journal)).toBe(2);
  });

  test("with another file, or the same under another name", async () => {
    const journal = aJournal();
    const file = await upload(home, researcher, "a.txt", "1");
    const once = (input: unknown) => run(local(journal, { with: { journal, input: [input] } }));
    await once(file);
    expect(onlyOf(await once(file)).state).toBe("CACHED");
    expect(onlyOf(await once({ ...file, name: "b.txt" })).state).toBe("SUCCEEDED");
    expect(onlyOf(await once(await upload(home, researcher, "a.txt", "2"))).state).toBe("SUCCEEDED");
  });

  test("after its app became another image, or was withdrawn", async () => {
    const journal = aJournal();
    await run(local(journal));
    const newer = await publish(home, await packCounting("2.0.0", { summary: { ko: "둘", en: "two" } }));
    const digest = newer.digest === here.digest ? undefined : newer.digest;
    if (digest) expect(onlyOf(await run(local(journal, { app: newer }))).state).toBe("SUCCEEDED");
    const other = await aJournalled();
    await home.db.execute(sql`update images set state = 'WITHDRAWN' where digest = ${here.digest}`);
    const refused = submit(home, local(other)).catch((error: KrdcError) => error.reason);
    expect(await refused).toBe("app.image_missing");
    await home.db.execute(sql`update images set state = 'PUBLISHED' where digest = ${here.digest}`);
  });

  test("when its app asks for a network", async () => {
    const networked = await publish(home, await packCounting("3.0.0", { network: "any" }));
    const journal = aJournal();
    await run(local(journal, { app: networked }));
    expect(onlyOf(await run(local(journal, { app: networked }))).state).toBe("SUCCEEDED");
    expect(await starts(journal)).toBe(2);
  });

  test.each<{ given: string; answer: () => void }>([
    { given: "the hub would not grant it any more", answer: () => permit(false) },
    {
      given: "the hub gives no answer to the question",
      answer: () =>
        hub.answers.set("/cache-permissions", () => {
          throw new KrdcError("unavailable", "busy");
        }),
    },
  ])("elsewhere when $given", async ({ answer }) => {
    const journal = aJournal();
    await run(remote(journal));
    answer();
    expect(onlyOf(await run(remote(journal)))).toMatchObject({ state: "SUCCEEDED", cachedFrom: null });
    expect(await starts(journal)).toBe(2);
  });

  test("when its first attempt failed: another attempt is never answered from the cache", async () => {
    const journal = aJournal();
    const failed = await run(local(journal, { with: { journal, word: "fail" } }));
    expect(failed.state).toBe("FAILED");
    await ask(home, researcher, "POST", `/v1/runs/${failed.id}/retry`, {});
    await untilOver(home, failed.id);
    expect(await starts(journal)).toBe(2);
  });
});

/** A journal whose result is in the cache. */
async function aJournalled(): Promise<string> {
  const journal = aJournal();
  await run(local(journal));
  return journal;
}
const retry = (id: string, json: object) => ask(home, researcher, "POST", `/v1/runs/${id}/retry`, json);

describe("a cached result that somebody doubts", () => {
  test("is made anew when they name its step in a run that failed, and not from the cache", async () => {
    const journal = await aJournalled();
    const bad = { app: here, with: { journal: aJournal(), word: "fail" } };
    const cached = await run({ steps: { only: { app: here, cache: true, with: { journal } }, bad } });
    expect(onlyOf(cached).state).toBe("CACHED");
    await retry(cached.id, {});
    expect(onlyOf(await untilOver(home, cached.id)).state).toBe("CACHED");
    await retry(cached.id, { step: "only" });
    const view = await untilOver(home, cached.id);
    expect(onlyOf(view)).toMatchObject({ state: "SUCCEEDED", attempt: 1, cachedFrom: null });
    expect(await starts(journal)).toBe(2);
  });

  test("stays in a run that succeeded", async () => {
    const cached = await run(local(await aJournalled()));
    await expect(retry(cached.id, { step: "only" })).rejects.toMatchObject({ reason: "run.nothing_failed" });
  });

  test("stays where another step has used it", async () => {
    const journal = await aJournalled();
    const view = await run({
      steps: {
        only: { app: here, cache: true, with: { journal } },
        next: { app: here, with: { journal, input: [{ from: "only.out" }] } },
        bad: { app: here, with: { journal: aJournal(), word: "fail" } },
      },
    });
    expect(onlyOf(view).state).toBe("CACHED");
    await expect(retry(view.id, { step: "only" })).rejects.toMatchObject({ reason: "step.cached_result_used" });
  });
});

test("a step whose condition is false is skipped, whatever the cache holds", async () => {
  const journal = await aJournalled();
  const view = await run({ ...local(journal, { when: "inputs.n > 1" }), inputs: { n: 1 } });
  expect(onlyOf(view)).toMatchObject({ state: "SKIPPED", cachedFrom: null });
});

test("equal steps at once each run or are answered whole: never anything in between", async () => {
  const journal = aJournal();
  const ids = await Promise.all(Array.from({ length: 6 }, () => submit(home, local(journal))));
  const views = await Promise.all(ids.map((id) => untilOver(home, id, 60_000)));
  for (const view of views) {
    expect(["SUCCEEDED", "CACHED"]).toContain(onlyOf(view).state);
    expect(await readOutput(home, view, "out")).toEqual(["x"]);
  }
  expect(await starts(journal)).toBe(views.filter((view) => onlyOf(view).state === "SUCCEEDED").length);
});

test("the home stops between the answer and its writing: the step is looked up anew", async () => {
  const journal = await aJournalled();
  hub.isAway = true;
  const id = await submit(home, local(journal));
  await home.crash();
  await home.start();
  expect(onlyOf(await untilOver(home, id)).state).toBe("CACHED");
  expect(await starts(journal)).toBe(1);
});
