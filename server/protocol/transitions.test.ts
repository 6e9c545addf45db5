import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { reachable, withDiagrams } from "./state-diagrams.build";
import { hostAgreementStates, isRunOver, isStepOver, runStates, stepStates } from "./states";
import { type Machine, mayMove, moves, reopenedFrom, sourcesOf } from "./transitions";

const machines = Object.keys(moves) as Machine[];
const table = (machine: Machine): Record<string, readonly string[]> => moves[machine];
const terminal = (machine: Machine) =>
  Object.keys(table(machine)).filter((state) => table(machine)[state]?.length === 0);

describe("what is over stays over", () => {
  test("a run or step run is terminal exactly when the protocol calls it over", () => {
    expect(terminal("run")).toEqual(runStates.filter(isRunOver));
    expect(terminal("stepRun")).toEqual(stepStates.filter(isStepOver));
  });

  test.each<[Machine, string[]]>([
    ["remoteAttempt", ["ENDED"]],
    ["hostedRun", ["ACKED"]],
    ["execution", ["ENDED"]],
    ["hostAgreement", ["REVOKED", "REJECTED"]],
    ["cluster", []],
  ])("%s ends in %j only", (machine, want) => {
    expect(terminal(machine)).toEqual(want);
  });

  test("no success is ever taken up again, not even by a person", () => {
    for (const to of ["READY", "WAITING"] as const) expect(reopenedFrom("stepRun", to)).not.toContain("SUCCEEDED");
    expect(reopenedFrom("run", "RUNNING")).toEqual(["FAILED", "CANCELLED"]);
  });
});

describe("what the design forbids is no move", () => {
  test.each([
    ["a hosted run with an outcome goes back", mayMove("hostedRun", "RESULTS_READY", "RUNNING")],
    ["a hosted run that is being ended runs on", mayMove("hostedRun", "REVOKING", "RUNNING")],
    ["a revocation turns into a cancel", mayMove("hostedRun", "REVOKING", "CANCELLING")],
    ["an execution that was released waits again", mayMove("execution", "RUNNING", "QUEUED")],
    ["an execution that was released starts again", mayMove("execution", "RUNNING", "STARTING")],
    ["results that are being fetched run again", mayMove("remoteAttempt", "FETCHING", "REMOTE_RUNNING")],
    ["a silent host leads to another attempt elsewhere", mayMove("stepRun", "UNREACHABLE", "WAITING_GRANT")],
    ["a step that is being cancelled runs again", mayMove("stepRun", "CANCELLING", "READY")],
    ["a revoked agreement holds again", mayMove("hostAgreement", "REVOKED", "ACTIVE")],
    ["an agreement that is being revoked holds again", mayMove("hubAgreement", "REVOKING", "ACTIVE")],
    ["a cluster joins without an approval", mayMove("cluster", "INVITED", "ACTIVE")],
  ])("%s", (_forbidden, isAllowed) => {
    expect(isAllowed).toBe(false);
  });
});

describe("the tables are whole", () => {
  test("every state can be reached; only APPROVED stands at no hub", () => {
    for (const machine of machines) {
      const missing = Object.keys(table(machine)).filter((state) => !reachable(machine).has(state));
      expect({ machine, missing }).toEqual({ machine, missing: machine === "hubAgreement" ? ["APPROVED"] : [] });
    }
  });

  test("the states that may become one are those that name it, and itself", () => {
    expect(sourcesOf("hostAgreement", "ACTIVE")).toEqual(["REQUESTED", "APPROVED", "ACTIVE", "SUSPENDED"]);
    expect(hostAgreementStates.filter((state) => mayMove("hostAgreement", state, "REJECTED"))).toEqual([
      "REQUESTED",
      "REJECTED",
    ]);
  });
});

test("docs/architecture.md draws these tables (renew: npx vitest run server/protocol/transitions.test.ts -u)", async () => {
  const path = join(import.meta.dirname, "../../docs/architecture.md");
  await expect(withDiagrams(await readFile(path, "utf8"))).toMatchFileSnapshot(path);
});
