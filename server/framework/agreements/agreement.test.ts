import { describe, expect, test } from "vitest";
import type { AgreementDocument } from "#server/protocol/agreement";
import { offerCeilings, offerRefusal, refusalOfUse } from "./agreement";

const now = new Date("2026-01-01T00:00:00Z");
const at = (days: number) => new Date(now.getTime() + days * 86_400_000).toISOString();
const document: AgreementDocument = {
  schema: "krdc.agreement/v1",
  id: "3f2504e0-4f89-41d3-9a0c-0305e82c3301",
  user: "pseudonym",
  organization: "organization",
  host: "host",
  hostKey: "key",
  app: "plot",
  digests: ["sha256:a"],
  maxConcurrent: 2,
  maxRuns: 3,
  onRevoke: "kill",
  onDisconnect: "hold",
  onHubSilent: "continue",
  notBefore: at(-1),
  expires: at(30),
};
const open = { access: { remote: "open", download: "closed" } } as const;

describe("the standing offer is signed by itself only where the owner left it open", () => {
  test.each<{
    given: string;
    document?: Partial<AgreementDocument>;
    offer?: Parameters<typeof offerRefusal>[1];
    want: string | undefined;
  }>([
    { given: "an open offer", want: undefined },
    { given: "another host", document: { host: "other" }, want: "agreement.other_host" },
    { given: "another host's key", document: { hostKey: "other" }, want: "agreement.other_host" },
    {
      given: "an app on request",
      offer: { access: { ...open.access, remote: "on-request" } },
      want: "agreement.needs_approval",
    },
    { given: "a closed app", offer: { access: { ...open.access, remote: "closed" } }, want: "agreement.remote_closed" },
    {
      given: "as many at once as the ceiling",
      document: { maxConcurrent: offerCeilings.maxConcurrent },
      want: undefined,
    },
    {
      given: "more at once than the ceiling",
      document: { maxConcurrent: offerCeilings.maxConcurrent + 1 },
      want: "agreement.over_ceiling",
    },
    { given: "as long as the ceiling", document: { expires: at(offerCeilings.maxDays) }, want: undefined },
    {
      given: "longer than the ceiling",
      document: { expires: at(offerCeilings.maxDays + 1) },
      want: "agreement.over_ceiling",
    },
    { given: "one that is over", document: { expires: at(0) }, want: "agreement.expired" },
  ])("$given -> $want", ({ document: change, offer = open, want }) => {
    expect(offerRefusal({ ...document, ...change }, offer, { now, host: "host", hostKey: "key" })).toBe(want);
  });

  test("an app that was never published is no offer", () => {
    expect(offerRefusal(document, undefined, { now, host: "host", hostKey: "key" })).toBe("agreement.app_not_offered");
  });
});

describe("an agreement covers exactly its user, app and versions, now and within its budget", () => {
  type Case = {
    given: string;
    document?: Partial<AgreementDocument>;
    state?: "REVOKED";
    runsUsed?: number;
    use?: object;
    want: string | undefined;
  };
  test.each<Case>([
    { given: "what was agreed", want: undefined },
    {
      given: "any version where all are agreed",
      document: { digests: "*" },
      use: { digest: "sha256:b" },
      want: undefined,
    },
    { given: "revoked", state: "REVOKED", want: "agreement.revoked" },
    { given: "not begun", document: { notBefore: at(1) }, want: "agreement.not_yet" },
    { given: "ending this very instant", document: { expires: at(0) }, want: "agreement.expired" },
    { given: "another user", use: { user: "other" }, want: "agreement.other_user" },
    { given: "another app", use: { app: "other" }, want: "agreement.other_app" },
    { given: "another version", use: { digest: "sha256:b" }, want: "agreement.other_version" },
    { given: "the last run of its budget", runsUsed: 2, want: undefined },
    { given: "one run over its budget", runsUsed: 3, want: "agreement.budget_used" },
    { given: "another attempt of a run that was counted", runsUsed: 3, use: { isCounted: true }, want: undefined },
    { given: "no budget named", document: { maxRuns: null }, runsUsed: 1_000_000, want: undefined },
    { given: "the last place at once", use: { live: 1 }, want: undefined },
    { given: "one too many at once", use: { live: 2 }, want: "agreement.too_many_at_once" },
  ])("$given -> $want", ({ document: change, state = "ACTIVE", runsUsed = 0, use, want }) => {
    const agreement = { state: state as "ACTIVE" | "REVOKED", runsUsed, document: { ...document, ...change } };
    const asked = { user: "pseudonym", app: "plot", digest: "sha256:a", live: 0, isCounted: false, ...use };
    expect(refusalOfUse(agreement, asked, now)).toBe(want);
  });
});
