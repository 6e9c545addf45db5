import { truncate } from "node:fs/promises";
import { sql } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from "vitest";
import { checkInvariants } from "../check-invariants";
import { aFramework, introduce, type TestFramework } from "../framework.build";
import { aHubDouble, type HubDouble } from "../hub-double.build";
import {
  agree,
  pack,
  publish,
  readOutput,
  researcher,
  stepOf,
  submit,
  submitAndEnd,
  untilOver,
  upload,
} from "../portal.build";
import { holdFirst, type Passage, strike } from "../relay.build";
import { readStored } from "../storage/store";

const megabytes = 3;
const size = megabytes * 1024 * 1024;
const copyProgram = `
import argparse
parser = argparse.ArgumentParser()
parser.add_argument("--input", required=True)
parser.add_argument("--out", required=True)
options = parser.parse_args()
with open(options.input, "rb") as source, open(options.out, "wb") as target:
    target.write(source.read()[::-1])
`;

let hub: HubDouble;
let home: TestFramework;
let host: TestFramework;
let away: { app: Awaited<ReturnType<typeof publish>>; agreement: string };

beforeAll(async () => {
  hub = await aHubDouble();
  home = await aFramework("home", hub, inject("pgAdminUrl"));
  host = await aFramework("host", hub, inject("pgAdminUrl"));
  await introduce(home, host);
  const ports = { input: { port: "in", kind: "file" }, out: { port: "out", kind: "file" } };
  const app = await publish(host, await pack("turn-round", copyProgram, { parameters: ports }));
  away = { app, agreement: await agree(host, app.name) };
});

afterEach(() => {
  host.relay.fate = () => "pass";
});

afterAll(async () => {
  const checks = [await checkInvariants(home.ctx), await checkInvariants(host.ctx)];
  await home.drop();
  await host.drop();
  await hub.close();
  expect(checks.flatMap(({ broken }) => broken)).toEqual([]);
});

let seed = 0;
/** A file that no other test has brought. */
function bytes(): Buffer {
  seed += 1;
  return Buffer.alloc(size, `그림 ${seed}\n`);
}

const isOutput = ({ method, path }: Passage) => method === "GET" && path.includes("/outputs/");
const isInput = ({ method, path }: Passage) => method === "PUT" && path.includes("/inputs/");

async function turnRound(content: Buffer, timeoutMs?: number) {
  const input = await upload(home, researcher, "그림.bin", content);
  const drawn = {
    inputs: { input },
    steps: { only: { ...away, with: { input: { from: "inputs.input" } } } },
    outputs: { turned: "only.out" },
  };
  return submitAndEnd(home, drawn, timeoutMs);
}

const reversed = (content: Buffer) => Buffer.from(content).reverse().toString("utf8");

describe("a large file on a bad wire", () => {
  test("comes home from where each of 20 cuts left it, whole", async () => {
    const content = bytes();
    const cuts = strike(host.relay, { of: "answer", cutAfter: Math.floor(size / 25) }, 20, isOutput);
    const view = await turnRound(content, 60_000);
    expect(view.state).toBe("SUCCEEDED");
    expect(await readOutput(home, view, "turned")).toEqual([reversed(content)]);
    expect(cuts).toHaveLength(20);
    expect(stepOf(view, "only").attempt).toBe(1);
  });

  test("goes out from where each cut left it, and the app starts when all is there", async () => {
    const content = bytes();
    const cuts = strike(host.relay, { of: "request", cutAfter: Math.floor(size / 6) }, 5, isInput);
    const view = await turnRound(content, 60_000);
    expect(await readOutput(home, view, "turned")).toEqual([reversed(content)]);
    expect(cuts).toHaveLength(5);
  });

  test("T15: with a changed byte is asked for again and never taken", async () => {
    const content = bytes();
    const changed = strike(host.relay, { of: "answer", flipAt: 12_345 }, 2, isOutput);
    const view = await turnRound(content, 60_000);
    expect(await readOutput(home, view, "turned")).toEqual([reversed(content)]);
    expect(changed).toHaveLength(2);
  });

  test("T16: that is changed each time is refused for good, and what it cost stands in the ledger", async () => {
    host.relay.fate = (call) => (isOutput(call) ? { of: "answer", flipAt: 99 } : "pass");
    const view = await turnRound(bytes(), 60_000);
    expect(stepOf(view, "only")).toMatchObject({
      state: "FAILED",
      end: "RESULTS_REFUSED",
      reason: { code: "storage.wrong_digest" },
    });
    const { rows } = await home.db.execute<{ receipt: string | null }>(
      sql`select receipt from remote_attempts where run_id = ${view.id}`,
    );
    expect(rows[0]?.receipt).toMatch(/^ey/);
  });

  test("that its host cannot give whole any more is refused instead of asked for for ever", async () => {
    const held = holdFirst(host.relay, isOutput);
    const input = await upload(home, researcher, "그림.bin", bytes());
    const drawn = { inputs: { input }, steps: { only: { ...away, with: { input: { from: "inputs.input" } } } } };
    const id = await submit(home, drawn);
    await held.reached;
    const { rows } = await host.db.execute<{ outputs: { out: { sha256: string } } }>(
      sql`select e.outputs from executions e join hosted_runs h on h.execution_name = e.name where h.request->>'runId' = ${id}`,
    );
    const { path } = readStored(host.folder, rows[0]?.outputs.out.sha256 ?? "");
    await truncate(path, 10);
    held.release("pass");
    const view = await untilOver(home, id);
    expect(stepOf(view, "only")).toMatchObject({ end: "RESULTS_REFUSED", reason: { code: "storage.damaged" } });
  });
});
