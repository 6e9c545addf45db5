import { createHmac } from "node:crypto";
import { exportJWK, generateKeyPair } from "jose";
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from "vitest";
import { digestOfJson } from "#server/protocol/canonical";
import { decideAgreement } from "../agreements/decide-agreement";
import { findOwnerAgreement } from "../agreements/list-owner-agreements";
import { aFramework, type TestFramework } from "../framework.build";
import { aHubDouble, type HubDouble } from "../hub-double.build";
import { anAgreement, aProposal, ask, researcher } from "../portal.build";
import {
  anIssuerDouble,
  type IssuerDouble,
  issuerLinkIn,
  publishOnRequest,
  type Token,
  Visitor,
} from "./visitor.build";

let hub: HubDouble;
let host: TestFramework;
let issuer: IssuerDouble;
let visitor: Visitor;
let id: string;

beforeAll(async () => {
  hub = await aHubDouble();
  host = await aFramework("host", hub, inject("pgAdminUrl"));
  issuer = await anIssuerDouble(host);
  await publishOnRequest(host, "asked");
});
afterAll(async () => {
  await issuer.close();
  await host.drop();
  await hub.close();
});
beforeEach(async () => {
  issuer.lie = (honest) => honest;
  visitor = new Visitor(host);
  const begun = await visitor.open("/operator/sign-in");
  await visitor.comeBack(issuer, begun.headers.get("location") ?? "");
  const document = anAgreement(host, "asked");
  await ask(host, researcher, "POST", "/v1/agreements", await aProposal(host, document));
  id = document.id;
});

const page = () => `/operator/agreements/${id}`;
const stateOf = async () => (await findOwnerAgreement(host.ctx, id)).state;

async function approveBut(lie: (honest: Token) => Token): Promise<number> {
  const asked = await visitor.send(page(), `${page()}/approve`);
  issuer.lie = lie;
  return (await visitor.comeBack(issuer, issuerLinkIn(asked))).status;
}

const claiming =
  (claims: Record<string, unknown>) =>
  (honest: Token): Token => ({ ...honest, claims: { ...honest.claims, ...claims } });

test("the issuer's own word for exactly this decision approves", async () => {
  expect(await approveBut((honest) => honest)).toBe(200);
  expect(await stateOf()).toBe("ACTIVE");
});

const now = Math.floor(Date.now() / 1000);

describe("T8: a sign-in changes nothing when its token", () => {
  test.each<{ given: string; lie: (honest: Token) => Token }>([
    { given: "has another decision's nonce", lie: claiming({ nonce: digestOfJson({ another: "decision" }) }) },
    { given: "has no nonce", lie: claiming({ nonce: undefined }) },
    { given: "is for another audience", lie: claiming({ aud: "krdc-portal" }) },
    {
      given: "is for another audience besides ours",
      lie: claiming({ aud: ["client", "krdc-portal"], azp: "krdc-portal" }),
    },
    { given: "is another issuer's", lie: claiming({ iss: "https://elsewhere.example" }) },
    { given: "is the hub's by name", lie: (honest) => claiming({ iss: hub.url })(honest) },
    { given: "is over", lie: claiming({ iat: now - 900, exp: now - 600 }) },
    { given: "tells of a sign-in an hour ago", lie: claiming({ auth_time: now - 3600 }) },
    { given: "does not tell when the sign-in was", lie: claiming({ auth_time: undefined }) },
    { given: "has no role", lie: claiming({ krdc_roles: undefined }) },
    { given: "has another framework's role", lie: claiming({ krdc_roles: ["operator:bio", "hub-operator"] }) },
    { given: "has a role that only begins alike", lie: claiming({ krdc_roles: ["operator:host2"] }) },
    { given: "has its roles as one text", lie: claiming({ krdc_roles: "operator:host" }) },
    { given: "is of another person", lie: claiming({ sub: "somebody" }) },
    { given: "is not signed", lie: (honest) => ({ ...honest, header: { alg: "none" } }) },
  ])("$given", async ({ lie }) => {
    expect(await approveBut(lie)).toBeGreaterThanOrEqual(400);
    expect(await stateOf()).toBe("REQUESTED");
  });

  test("is signed by the hub's key", async () => {
    const forged = (honest: Token): Token => ({ ...honest, key: hub.key, header: { alg: "EdDSA" } });
    expect(await approveBut(forged)).toBe(401);
    const named = (honest: Token): Token => ({ ...forged(honest), header: { alg: "EdDSA", kid: hub.key.kid } });
    expect(await approveBut(named)).toBe(401);
    expect(await stateOf()).toBe("REQUESTED");
  });

  test("is signed by another key under the issuer's key's name", async () => {
    const pair = await generateKeyPair("RS256", { extractable: true });
    const key = await exportJWK(pair.privateKey);
    expect(await approveBut((honest) => ({ ...honest, key }))).toBe(401);
    expect(await stateOf()).toBe("REQUESTED");
  });

  test("is signed with the client's secret", async () => {
    const k = Buffer.from(createHmac("sha256", "a-client-secret-of-tests").digest()).toString("base64url");
    const forged = (honest: Token): Token => ({ ...honest, key: { kty: "oct", k }, header: { alg: "HS256" } });
    expect(await approveBut(forged)).toBe(401);
    expect(await stateOf()).toBe("REQUESTED");
  });
});

describe("a confirmation comes back once, to whoever began it", () => {
  const confirmation = async () => issuerLinkIn(await visitor.send(page(), `${page()}/approve`));

  test("not in another browser, even one in which the same operator is signed in", async () => {
    const link = await confirmation();
    const other = new Visitor(host);
    const begun = await other.open("/operator/sign-in");
    await other.comeBack(issuer, begun.headers.get("location") ?? "");
    expect((await other.comeBack(issuer, link)).status).toBe(401);
    expect(await stateOf()).toBe("REQUESTED");
  });

  test("not after signing out", async () => {
    const link = await confirmation();
    await visitor.send("/operator", "/operator/sign-out");
    expect((await visitor.comeBack(issuer, link)).status).toBe(401);
    expect(await stateOf()).toBe("REQUESTED");
  });

  test("not after ten minutes", async () => {
    const link = await confirmation();
    host.clock.offsetMs = 11 * 60_000;
    const { status } = await visitor.comeBack(issuer, link);
    host.clock.offsetMs = 0;
    expect({ status, state: await stateOf() }).toEqual({ status: 401, state: "REQUESTED" });
  });

  test("not twice", async () => {
    const link = await confirmation();
    expect((await visitor.comeBack(issuer, link)).status).toBe(200);
    await decideAgreement(host.ctx, { by: "operator", id, decision: { decision: "suspend" } });
    expect((await visitor.comeBack(issuer, link)).status).toBe(401);
    expect(await stateOf()).toBe("SUSPENDED");
  });

  test("a sign-in of the portal's kind confirms nothing: its answer has another state", async () => {
    const link = new URL(await confirmation());
    link.searchParams.set("state", "made-up");
    expect((await visitor.comeBack(issuer, link.href)).status).toBe(401);
    expect(await stateOf()).toBe("REQUESTED");
  });
});

test("without an issuer the page says what to set, and the operator's key still decides", async () => {
  const kept = host.ctx.owner;
  host.ctx.owner = undefined;
  const { status, html } = await new Visitor(host).open("/operator");
  host.ctx.owner = kept;
  expect(status).toBe(503);
  expect(html).toContain("FRAMEWORK_OIDC_ISSUER");
});

test("an issuer that is away is told, and asked again by the next sign-in", async () => {
  const kept = host.ctx.owner;
  const away = await anIssuerDouble(host);
  await away.close();
  expect((await new Visitor(host).open("/operator/sign-in")).status).toBe(503);
  host.ctx.owner = kept;
  expect((await new Visitor(host).open("/operator/sign-in")).status).toBe(303);
});
