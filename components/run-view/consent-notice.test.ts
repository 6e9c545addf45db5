import { describe, expect, test } from "vitest";
import type { RunView } from "#server/protocol/run-view";
import { type ConsentNeed, consentNeed } from "./consent-notice";
import { aRun, aStepView } from "./run.build";

const now = new Date("2026-01-01T00:00:00Z");
const inDays = (days: number) => new Date(now.getTime() + days * 86_400_000).toISOString();
const revoked = { code: "agreement.revoked", detail: {} };

describe("a run asks for consent when somebody has to think of it, and only then", () => {
  test.each<{ given: string; run: Partial<RunView>; want: ConsentNeed | undefined }>([
    { given: "no remote steps", run: { consentUntil: null }, want: undefined },
    { given: "four days left", run: { consentUntil: inDays(4) }, want: undefined },
    { given: "less than three days left", run: { consentUntil: inDays(2.9) }, want: "ends_soon" },
    {
      given: "a step that waits for it",
      run: { consentUntil: inDays(-1), steps: [aStepView("a", { state: "WAITING_CONSENT" })] },
      want: "ended",
    },
    { given: "a run that succeeded", run: { state: "SUCCEEDED", consentUntil: inDays(1) }, want: undefined },
    { given: "a run that was cancelled", run: { state: "CANCELLED", consentUntil: inDays(1) }, want: undefined },
    {
      given: "a step that failed for want of an agreement",
      run: {
        state: "FAILED",
        consentUntil: inDays(20),
        steps: [aStepView("a", { state: "FAILED", reason: revoked })],
      },
      want: "agreement_gone",
    },
  ])("$given", ({ run, want }) => {
    expect(consentNeed(aRun(run), now)).toBe(want);
  });
});
