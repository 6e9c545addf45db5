import { randomUUID } from "node:crypto";
import { type JWK, SignJWT } from "jose";
import { KrdcError } from "#server/errors";
import type { Transport } from "./call";
import { sha256Hex } from "./canonical";
import { importSigningKey } from "./keys";
import { errorOfProblem } from "./problem";

/** A framework's own door as its operator stands before it: the gateway's address, the private key and the clock. */
export type OperatorDoor = { url: string; key: JWK; now: () => Date; transport?: Transport };

export type OperatorCall = { method: "GET" | "POST" | "PUT"; path: string; json?: unknown };

const timeoutMs = 30_000;

/** The operator's word for one call: method, address, time, body, and a name of its own so that it is taken once. */
async function signStatement({ url, key, now }: OperatorDoor, { method, path }: OperatorCall, body: string) {
  return new SignJWT({ htm: method, htu: `${url}${path}`, jti: randomUUID(), body_sha256: sha256Hex(body) })
    .setProtectedHeader({ alg: "ES256" })
    .setIssuedAt(Math.floor(now().getTime() / 1000))
    .sign(await importSigningKey(key));
}

/** A call at a framework's own door in its operator's name; neither portal nor hub has a part in it. */
export async function callAsOperator(door: OperatorDoor, call: OperatorCall): Promise<unknown> {
  const body = call.json === undefined ? "" : JSON.stringify(call.json);
  const authorization = `KRDC-Operator ${await signStatement(door, call, body)}`;
  const answer = await (door.transport ?? fetch)(`${door.url}${call.path}`, {
    method: call.method,
    redirect: "error",
    headers: { authorization, ...(body ? { "content-type": "application/json" } : {}) },
    ...(body ? { body } : {}),
    signal: AbortSignal.timeout(timeoutMs),
  }).catch((cause: unknown) => {
    throw new KrdcError("unavailable", "owner.gateway_unreachable", { cause, detail: { url: door.url } });
  });
  const given: unknown = await answer.json().catch(() => undefined);
  if (answer.ok) return given;
  if (answer.status === 401) throw new KrdcError("unauthenticated", "owner.key_refused", { detail: { url: door.url } });
  throw errorOfProblem(answer.status, given);
}
