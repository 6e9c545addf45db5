import { describe, expect, test } from "vitest";
import type { AgreementDocument, Budget } from "#server/protocol/agreement";
import type { OfferDocument } from "#server/protocol/offer";
import { defaultOffer, hostCeilings, isBounded, judgeProposal, offerCeilings, underOffer } from "./offer";

const now = new Date("2026-01-01T00:00:00Z");
const at = (days: number) => new Date(now.getTime() + days * 86_400_000).toISOString();
const noBudget: Budget = { runs: null, cpuSeconds: null, gpuSeconds: null, outputBytes: null };
const document: AgreementDocument = {
  schema: "krdc.agreement/v2",
  id: "3f2504e0-4f89-41d3-9a0c-0305e82c3301",
  user: "pseudonym",
  organization: "organization",
  host: "host",
  hostKey: "key",
  app: "plot",
  digests: "*",
  maxConcurrent: 2,
  budget: { ...noBudget, runs: 5 },
  perRun: hostCeilings,
  onRevoke: "kill",
  onDisconnect: "hold",
  onHubSilent: "continue",
  notBefore: at(-1),
  expires: at(30),
};
const access = (remote: "open" | "on-request" | "closed") => ({ access: { remote, download: "closed" } }) as const;
const open = defaultOffer(access("open"));

describe("a proposal is signed at once only where the owner left it open", () => {
  type Case = {
    given: string;
    document?: Partial<AgreementDocument>;
    offer?: Partial<OfferDocument>;
    held?: Budget[];
    isTakenAway?: boolean;
    want: string;
  };
  const over = "ask agreement.over_ceiling";
  test.each<Case>([
    { given: "an open offer", want: "sign" },
    { given: "another host", document: { host: "other" }, want: "refuse agreement.other_host" },
    { given: "another host's key", document: { hostKey: "other" }, want: "refuse agreement.other_host" },
    { given: "an app on request", offer: { remote: "on-request" }, want: "ask agreement.needs_approval" },
    { given: "a closed app", offer: { remote: "closed" }, want: "refuse agreement.remote_closed" },
    { given: "one that is over", document: { expires: at(0) }, want: "refuse agreement.expired" },
    { given: "one whom the owner revoked before", isTakenAway: true, want: "ask agreement.taken_away" },
    { given: "as many at once as the ceiling", document: { maxConcurrent: offerCeilings.maxConcurrent }, want: "sign" },
    { given: "more at once", document: { maxConcurrent: offerCeilings.maxConcurrent + 1 }, want: over },
    { given: "as long as the ceiling", document: { expires: at(offerCeilings.maxDays) }, want: "sign" },
    { given: "longer", document: { expires: at(offerCeilings.maxDays + 1) }, want: over },
    { given: "a bigger attempt", document: { perRun: { ...hostCeilings, gpu: 9 } }, want: over },
    { given: "exactly a share", offer: { perUser: { ...noBudget, runs: 5 } }, want: "sign" },
    { given: "more than a share", offer: { perUser: { ...noBudget, runs: 4 } }, want: over },
    {
      given: "no bound where each has a share",
      document: { budget: noBudget },
      offer: { perUser: { ...noBudget, cpuSeconds: 1e6 } },
      want: over,
    },
    {
      given: "a second agreement that makes it more than a share",
      offer: { perUser: { ...noBudget, runs: 9 } },
      held: [{ ...noBudget, runs: 5 }],
      want: over,
    },
  ])("$given -> $want", ({ document: change, offer, held = [], isTakenAway = false, want }) => {
    const where = { now, host: "host", hostKeys: ["key"], held, isTakenAway };
    const found = judgeProposal({ ...document, ...change }, { ...open, ...offer }, where);
    expect(found.verdict === "sign" ? "sign" : `${found.verdict} ${found.reason}`).toBe(want);
  });

  test("an app that was never published is no offer", () => {
    const where = { now, host: "host", hostKeys: ["key"], held: [], isTakenAway: false };
    expect(judgeProposal(document, undefined, where)).toMatchObject({ reason: "agreement.app_not_offered" });
  });
});

test("without the owner's own word the manifest decides, within sane ceilings and with no bound in total", () => {
  expect(defaultOffer(access("on-request"))).toMatchObject({ remote: "on-request", perRun: hostCeilings });
  expect(isBounded(open.total)).toBe(false);
  expect(isBounded({ ...open.total, outputBytes: 1 })).toBe(true);
});

test("what happens when things go wrong is the owner's word, whatever was asked", () => {
  const strict: OfferDocument = { ...open, onRevoke: "drain", onDisconnect: "kill", onHubSilent: "kill" };
  const choices = { onRevoke: "drain", onDisconnect: "kill", onHubSilent: "kill" };
  expect(underOffer(document, strict)).toEqual({ ...document, ...choices });
});

test("what the offer says of parameters and networks stands in every agreement under it, beside what was asked", () => {
  const offer = { ...open, parameters: { window: { min: 1, max: 24 } }, egress: "none" as const };
  expect(underOffer(document, offer)).toEqual({ ...document, parameters: offer.parameters, egress: "none" });
  const asked = { ...document, parameters: { method: { values: ["a"] } } };
  expect(underOffer(asked, offer).parameters).toEqual({ method: { values: ["a"] }, window: { min: 1, max: 24 } });
  expect(underOffer(document, open)).toEqual(document);
});
