import { randomUUID } from "node:crypto";
import { request as httpRequest } from "node:http";
import { sql } from "drizzle-orm";
import { type JWK, SignJWT } from "jose";
import { hostSignatureType } from "#server/protocol/agreement";
import { sha256Hex } from "#server/protocol/canonical";
import { type GrantClaims, type GrantDetails, grantType } from "#server/protocol/grant";
import { type HostedRunRequest, hashesOf } from "#server/protocol/hosted-run";
import { importSigningKey, makeSigningKey, type PrivateKey, publicPart, thumbprintOf } from "#server/protocol/keys";
import { makeProof } from "#server/protocol/proof";
import { runKeyOf } from "#server/protocol/run-key";
import { signDocument } from "#server/protocol/signed-document";
import { askAsOperator, type TestFramework } from "../framework.build";
import { researcherPseudonym, seconds } from "../hub-double.build";
import { anAgreement } from "../portal.build";

/** Another cluster's framework as its peer sees it: a name and a key. */
export type Home = { name: string; key: PrivateKey; jkt: string };

export async function aHome(name: string): Promise<Home> {
  const key = await makeSigningKey();
  return { name, key, jkt: await thumbprintOf(publicPart(key)) };
}

export async function acceptHomes(host: TestFramework, homes: Home[]): Promise<void> {
  const peers = homes.map(({ name, key }) => ({ name, jwk: publicPart(key), gateway: "http://127.0.0.1:9" }));
  const answer = await askAsOperator(host, "/v1/operator/peers", { peers });
  if (!answer.ok) throw new Error(await answer.text());
}

/** Everything that a home says in one PUT, each part of which a test may turn into a lie. */
export type HostedCall = {
  home: Home;
  runKey: string;
  attempt: number;
  request: HostedRunRequest;
  /** What is sent instead of the request. */
  body: string;
  claims: GrantClaims;
  grantHeader: Record<string, unknown>;
  grantKey: JWK;
  proof: { htm: string; htu: string; body: string; token: string | undefined; now: Date; key: PrivateKey };
  headers: Record<string, string | string[]>;
};
export type Lie = (call: HostedCall) => unknown;

export type HttpAnswer = { status: number; json: { code?: string; detail?: unknown } & Record<string, unknown> };

/** One HTTP call with its headers exactly as given, doubled ones included. */
export function callRaw(url: string, method: string, headers: HostedCall["headers"], body = ""): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const call = httpRequest(url, { method, headers }, (response) => {
      const parts: Buffer[] = [];
      response.on("data", (part) => parts.push(part));
      response.on("end", () => {
        const text = Buffer.concat(parts).toString("utf8");
        const isJson = response.headers["content-type"]?.includes("json") ?? false;
        resolve({ status: response.statusCode ?? 0, json: JSON.parse((isJson && text) || "{}") });
      });
    });
    call.on("error", reject);
    call.end(body);
  });
}

export const detailsOf = (
  request: HostedRunRequest,
  call: Pick<HostedCall, "runKey" | "attempt">,
  agreementId: string,
): GrantDetails => ({
  type: "krdc_step",
  app: request.app,
  version: request.version,
  digest: request.digest,
  runId: request.runId,
  step: request.step,
  index: request.index,
  attempt: call.attempt,
  runKey: call.runKey,
  ...hashesOf(request),
  agreementId,
  authorizationId: randomUUID(),
  limits: request.limits,
  resultsLifetimeDays: request.resultsLifetimeDays,
});

export function aHostedCall(
  host: TestFramework,
  home: Home,
  request: HostedRunRequest,
  agreementId: string,
): HostedCall {
  const attempt = 1;
  const runKey = runKeyOf({ homeId: home.name, runId: request.runId, stepPath: request.step, index: request.index });
  const now = seconds(new Date());
  return {
    home,
    runKey,
    attempt,
    request,
    body: JSON.stringify(request),
    claims: {
      iss: host.hub.url,
      aud: host.name,
      sub: researcherPseudonym,
      jti: randomUUID(),
      iat: now,
      nbf: now,
      exp: now + 600,
      cnf: { jkt: home.jkt },
      home: home.name,
      authorization_details: [detailsOf(request, { runKey, attempt }, agreementId)],
    },
    grantHeader: { alg: "EdDSA", typ: grantType, kid: host.hub.key.kid },
    grantKey: host.hub.key,
    proof: { htm: "PUT", htu: "", body: "", token: "", now: new Date(), key: home.key },
    headers: {},
  };
}

export const addressOf = (host: TestFramework, call: Pick<HostedCall, "runKey" | "attempt">, rest = "") =>
  `${host.url}/v1/hosted-runs/${call.runKey}/${call.attempt}${rest}`;

/** Signs what stands in the call and sends it; what a lie has filled in already is not corrected. */
export async function put(host: TestFramework, call: HostedCall): Promise<HttpAnswer> {
  const grant = await new SignJWT(call.claims as unknown as Record<string, unknown>)
    .setProtectedHeader(call.grantHeader as { alg: string })
    .sign(await importSigningKey(call.grantKey));
  const { proof } = call;
  const made = await makeProof(
    proof.key,
    {
      htm: proof.htm,
      htu: proof.htu || addressOf(host, call),
      bodySha256: sha256Hex(proof.body || call.body),
      accessToken: proof.token === "" ? grant : proof.token,
    },
    proof.now,
  );
  const length = String(Buffer.byteLength(call.body));
  const own = {
    authorization: `DPoP ${grant}`,
    dpop: made,
    "content-type": "application/json",
    "content-length": length,
  };
  const headers = Object.entries({ ...own, ...call.headers }).map(([name, given]) => {
    if (Array.isArray(given)) return [name, given.map((one) => one.replace("$GRANT", grant).replace("$PROOF", made))];
    return [name, given.replace("$GRANT", grant).replace("$PROOF", made)];
  });
  return callRaw(addressOf(host, call), "PUT", Object.fromEntries(headers), call.body);
}

/** A call of a home about a run that it has sent before: a fresh proof, no grant. */
export async function askAbout(host: TestFramework, home: Home, call: HostedCall, method: "GET" | "POST", rest = "") {
  const body = method === "POST" ? "{}" : "";
  const htu = addressOf(host, call, rest).split("?")[0] ?? "";
  const proven = { htm: method, htu, ...(body ? { bodySha256: sha256Hex(body) } : {}) };
  const dpop = await makeProof(home.key, proven, new Date());
  return callRaw(addressOf(host, call, rest), method, { dpop, "content-length": String(body.length) }, body);
}

/** Any other call of a home's, with its proof. */
export async function askAsHome(host: TestFramework, home: Home, at: string, json: unknown): Promise<HttpAnswer> {
  const body = JSON.stringify(json);
  const proven = { htm: "POST", htu: `${host.url}${at}`, bodySha256: sha256Hex(body) };
  const dpop = await makeProof(home.key, proven, new Date());
  return callRaw(`${host.url}${at}`, "POST", { dpop, "content-length": String(Buffer.byteLength(body)) }, body);
}

type Document = ReturnType<typeof anAgreement>;

/** An agreement as it stands in the host's database, also one that no host would sign now. */
export async function plantAgreement(
  host: TestFramework,
  app: string,
  over: Partial<Document> = {},
  kept: { state?: string; runsUsed?: number; document?: Partial<Document>; hostKey?: PrivateKey; hubKey?: JWK } = {},
): Promise<string> {
  const document = anAgreement(host, app, over);
  const hostSignature = await signDocument(kept.hostKey ?? host.key, hostSignatureType, document);
  const hubSignature = await signDocument(kept.hubKey ?? host.hub.key, "krdc-agreement-hub+jws", document);
  await host.db.execute(sql`
    insert into agreements (id, app, document, host_signature, hub_signature, state, runs_used, created_at) values
    (${document.id}, ${app}, ${JSON.stringify({ ...document, ...kept.document })}::jsonb, ${hostSignature}, ${hubSignature},
     ${kept.state ?? "ACTIVE"}, ${kept.runsUsed ?? 0}, now())`);
  return document.id;
}
