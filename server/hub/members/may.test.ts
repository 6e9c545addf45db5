import { describe, expect, test } from "vitest";
import { may } from "./may";
import { demoClaims, localUser, memberClaims, memberOfClaims } from "./member";

const researcher = { ...localUser(["researcher"]), id: "r" };
const provider = { ...localUser(["researcher", "provider:bio"]), id: "p" };
const operator = { ...localUser(["operator:bio"]), id: "o" };
const admin = { ...localUser(["hub-operator"]), id: "a" };
const all = { researcher, provider, operator, admin };
const who = (allowed: (user: typeof researcher) => boolean) =>
  Object.entries(all).flatMap(([name, user]) => (allowed(user) ? [name] : []));

describe("each action is for the people who need it and nobody else", () => {
  const bio = { cluster: "bio" };
  const own = { memberId: "r" };
  test.each([
    {
      given: "register at bio",
      allowed: (user: typeof admin) => may(user, "app.register", bio),
      want: ["provider", "operator"],
    },
    {
      given: "register elsewhere",
      allowed: (user: typeof admin) => may(user, "app.register", { cluster: "x" }),
      want: [],
    },
    { given: "invite a cluster", allowed: (user: typeof admin) => may(user, "cluster.invite"), want: ["admin"] },
    { given: "approve as hub", allowed: (user: typeof admin) => may(user, "cluster.approve_as_hub"), want: ["admin"] },
    {
      given: "approve as operator",
      allowed: (user: typeof admin) => may(user, "cluster.approve_as_operator", { ...bio, invitedBy: null }),
      want: ["operator"],
    },
    {
      given: "approve as the one who invited",
      allowed: (user: typeof admin) => may(user, "cluster.approve_as_operator", { cluster: "new", invitedBy: "a" }),
      want: ["admin"],
    },
    {
      given: "suspend bio",
      allowed: (user: typeof admin) => may(user, "cluster.suspend", bio),
      want: ["operator", "admin"],
    },
    {
      given: "let bio work again",
      allowed: (user: typeof admin) => may(user, "cluster.resume"),
      want: ["admin"],
    },
    {
      given: "take bio out",
      allowed: (user: typeof admin) => may(user, "cluster.leave", bio),
      want: ["operator", "admin"],
    },
    {
      given: "replace a cluster's key",
      allowed: (user: typeof admin) => may(user, "cluster.replace"),
      want: ["admin"],
    },
    {
      given: "disable a member",
      allowed: (user: typeof admin) => may(user, "member.disable"),
      want: ["admin"],
    },
    {
      given: "suspend an agreement at bio",
      allowed: (user: typeof admin) => may(user, "agreement.suspend", bio),
      want: ["operator", "admin"],
    },
    {
      given: "resume an agreement at bio",
      allowed: (user: typeof admin) => may(user, "agreement.resume", bio),
      want: ["operator", "admin"],
    },
    {
      given: "revoke the researcher's agreement at bio",
      allowed: (user: typeof admin) => may(user, "agreement.revoke", { ...own, ...bio }),
      want: ["researcher", "operator", "admin"],
    },
    {
      given: "read the researcher's run",
      allowed: (user: typeof admin) => may(user, "run.read", own),
      want: ["researcher"],
    },
    {
      given: "read the researcher's template",
      allowed: (user: typeof admin) => may(user, "workflow.read", { ...own, isTemplate: true }),
      want: ["researcher", "provider", "operator", "admin"],
    },
    {
      given: "edit the researcher's workflow",
      allowed: (user: typeof admin) => may(user, "workflow.edit", own),
      want: ["researcher"],
    },
    {
      given: "offer a template",
      allowed: (user: typeof admin) => may(user, "workflow.offer_as_template"),
      want: ["provider", "admin"],
    },
  ])("$given: $want", ({ allowed, want }) => {
    expect(who(allowed)).toEqual(want);
  });
});

test("claims of a provider that knows nothing of ours still make a member", () => {
  const member = memberOfClaims("i", memberClaims.parse({ sub: "s-1", name: "이름", extra: 1 }));
  expect(member).toMatchObject({ account: "s-1", name: { ko: "이름", en: "이름" }, roles: ["researcher"] });
  expect(member.pseudonym).toMatch(/^[a-z2-7]{26}$/);
  expect(demoClaims("constructor")).toBeUndefined();
});
