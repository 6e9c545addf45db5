import { randomUUID } from "node:crypto";
import type { AppVersion } from "#server/graph/app";
import { sha256Hex } from "#server/protocol/canonical";
import type { GrantRequest } from "#server/protocol/framework-api";
import { type HostedRunRequest, hashesOf } from "#server/protocol/hosted-run";
import { makeProof } from "#server/protocol/proof";
import { runKeyOf } from "#server/protocol/run-key";
import { type Caller, type Cluster, consentTo, type House, publishAt } from "./house";
import type { Consent } from "./hub-service";
import { callPlain } from "./load";

const step = "only";
/** As many as an agreement under an open offer lets live at once. */
const perMember = 16;

/** Prints a word and has no input files, so that a hosted run of it is QUEUED with the answer to its call. */
const program = `
import argparse
parser = argparse.ArgumentParser(description="Writes a word.")
parser.add_argument("--word", default="")
parser.add_argument("--out", required=True)
options = parser.parse_args()
with open(options.out, "w") as file:
    file.write(options.word)
`;

export type Ticket = Pick<Consent, "agreementId" | "authorizationId" | "runId"> & {
  user: string;
  index: number;
  runKey: string;
  request: HostedRunRequest;
};
export type Door = { house: House; host: Cluster; caller: Caller; app: AppVersion; tickets: Ticket[] };

const limits = { cpuMillis: 500, memoryBytes: 64 * 1024 ** 2, gpu: 0, durationSeconds: 60, outputBytes: 1024 ** 2 };

function requestOf(app: AppVersion, runId: string, index: number): HostedRunRequest {
  const { name, version, digest } = app;
  const salt = randomUUID();
  const what = { app: name, version, digest, parameters: { word: `word ${index}` }, salt };
  return { runId, step, index, ...what, limits, resultsLifetimeDays: 14 };
}

/** A host on which nothing runs, one home, and permission for so many attempts, spread over as many users as that takes. */
export async function openDoor(house: House, count: number): Promise<Door> {
  const host = await house.openCluster("host", { slots: 0, proxies: 0 });
  const caller = await house.openCaller("home", host);
  const out = { port: "out", kind: "file", mediaType: "text/plain" };
  const app = await publishAt(host, { name: "word", main: program, manifest: { parameters: { out } } });
  const runIds = Array.from({ length: Math.ceil(count / perMember) }, () => randomUUID());
  const consents = await consentTo(house, { app, home: caller.name, step, runIds, maxInstances: perMember });
  const tickets = Array.from({ length: count }, (_, at): Ticket => {
    const given = consents[at % consents.length];
    if (!given) throw new TypeError("each run has its consent");
    const { user, ...consent } = given;
    const index = Math.floor(at / consents.length);
    const runKey = runKeyOf({ homeId: caller.name, runId: consent.runId, stepPath: step, index });
    return { ...consent, user: user.sub, index, runKey, request: requestOf(app, consent.runId, index) };
  });
  return { house, host, caller, app, tickets };
}

export function grantRequestOf({ host, app }: Door, ticket: Ticket): GrantRequest {
  const { agreementId, authorizationId, runKey, request } = ticket;
  const { runId, index, resultsLifetimeDays } = request;
  const what = { host: host.name, app: app.name, version: app.version, digest: app.digest };
  const attempt = { runId, step, index, attempt: 1, runKey, ...hashesOf(request), limits, resultsLifetimeDays };
  return { authorizationId, agreementId, ...what, ...attempt, previous: { kind: "none" } };
}

/** Asks the hub for the grant of one attempt, as a home framework does. */
export async function issue(door: Door, ticket: Ticket): Promise<string> {
  const url = `${door.house.hub.url}/api/hub/v1/grants`;
  const body = JSON.stringify(grantRequestOf(door, ticket));
  const dpop = await makeProof(door.caller.key, { htm: "POST", htu: url, bodySha256: sha256Hex(body) }, new Date());
  const answer = await callPlain({ method: "POST", url, headers: { dpop, "content-type": "application/json" }, body });
  if (answer.status !== 200) throw new Error(`the hub issued nothing: ${answer.status} ${answer.text}`);
  return (JSON.parse(answer.text) as { grant: string }).grant;
}

export type Put = { headers: Record<string, string>; url: string; body: string };

/** The call that redeems a grant. */
export async function putOf({ host, caller }: Door, ticket: Ticket, grant: string): Promise<Put> {
  const path = `/v1/hosted-runs/${ticket.runKey}/1`;
  const body = JSON.stringify(ticket.request);
  const proven = { htm: "PUT", htu: `${host.url}${path}`, bodySha256: sha256Hex(body), accessToken: grant };
  const dpop = await makeProof(caller.key, proven, new Date());
  const headers = { authorization: `DPoP ${grant}`, dpop, "content-type": "application/json" };
  return { headers, url: `${host.direct}${path}`, body };
}

/** Sends it and takes no other answer than that it was accepted now and is QUEUED. */
export async function redeem(put: Put): Promise<void> {
  const { status, text } = await callPlain({ method: "PUT", ...put });
  const isAccepted = status === 201 && (JSON.parse(text) as { state: string }).state === "QUEUED";
  if (!isAccepted) throw new Error(`the door answered ${status} ${text}`);
}
