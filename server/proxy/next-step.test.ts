import { describe, expect, test } from "vitest";
import type { ProxyAttempt } from "#server/protocol/proxy-api";
import { nextStep, type ProxyStep } from "./next-step";

const fresh: ProxyAttempt = {
  id: "a-1",
  label: null,
  submission: "never_sent",
  remote: "unknown",
  isCancelRequested: false,
  waiting: null,
};

type Case = { given: string; view: Partial<ProxyAttempt>; cancelTold?: boolean; want: ProxyStep };

describe("wherever a proxy begins again, its next move is right", () => {
  test.each<Case>([
    { given: "nothing was sent", view: {}, want: "submit" },
    { given: "nothing was sent and no grant came", view: { waiting: "hub_unavailable" }, want: "submit" },
    { given: "it died between sending and noting", view: { submission: "maybe_sent" }, want: "submit" },
    { given: "it was taken in", view: { submission: "accepted", remote: "queued" }, want: "watch" },
    { given: "the app runs", view: { submission: "accepted", remote: "running" }, want: "watch" },
    { given: "the app has ended", view: { submission: "accepted", remote: "ended" }, want: "fetch" },
    { given: "it died while fetching", view: { submission: "accepted", remote: "ended" }, want: "fetch" },
  ])("$given -> $want", ({ view, want }) => {
    expect(nextStep({ ...fresh, ...view }, false)).toBe(want);
  });
});

describe("a cancel never guesses what became of a call", () => {
  test.each<Case>([
    { given: "nothing was sent: home ends the attempt itself", view: {}, want: "submit" },
    { given: "a call may have arrived: only its answer tells", view: { submission: "maybe_sent" }, want: "submit" },
    { given: "it is queued there", view: { submission: "accepted", remote: "queued" }, want: "cancel" },
    { given: "it runs there", view: { submission: "accepted", remote: "running" }, want: "cancel" },
    {
      given: "the host was told just now",
      view: { submission: "accepted", remote: "running" },
      cancelTold: true,
      want: "watch",
    },
    { given: "it ended before it was told", view: { submission: "accepted", remote: "ended" }, want: "fetch" },
  ])("$given -> $want", ({ view, cancelTold = false, want }) => {
    expect(nextStep({ ...fresh, ...view, isCancelRequested: true }, cancelTold)).toBe(want);
  });
});
