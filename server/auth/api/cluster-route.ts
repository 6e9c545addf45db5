import type { z } from "zod";
import { hubDb } from "#server/db/hub";
import { KrdcError } from "#server/errors";
import type { CallingCluster } from "#server/hub/clusters/cluster";
import { findCallingCluster } from "#server/hub/clusters/find-calling-cluster";
import type { ClusterContext, OpenContext } from "#server/hub/context";
import type { Operation } from "#server/hub/openapi/operation";
import { takeProof } from "#server/hub/proofs/take-proof";
import { sha256Hex } from "#server/protocol/canonical";
import type { PublicKey } from "#server/protocol/keys";
import { verifyProof } from "#server/protocol/proof";
import { contextFor } from "../context";
import { hubNow, theHub } from "../hub";
import { answering, maxBytesOf, readText } from "./api-call";
import { type Handler, type RouteParams, readInput } from "./api-route";

type Proven = { key: PublicKey; jkt: string; text: string };

const unauthenticated = () => new KrdcError("unauthenticated", "unauthenticated");

/** Whose key made this call, for the first time; `readBody` gives the bytes that the proof must name. */
async function prove(request: Request, readBody: () => Promise<string>): Promise<Proven> {
  const now = hubNow();
  const htu = `${theHub().url}${new URL(request.url).pathname}`;
  const proof = request.headers.get("dpop") ?? undefined;
  const { key, jkt, claims } = await verifyProof(proof, { htm: request.method, htu }, now);
  const text = await readBody();
  if (claims.body_sha256 !== (text === "" ? undefined : sha256Hex(text))) throw unauthenticated();
  if (!(await takeProof(hubDb(), `${jkt}.${claims.jti}`, now))) throw unauthenticated();
  return { key, jkt, text };
}

type State = "PENDING" | "ACTIVE" | "SUSPENDED";

async function callerIn(states: readonly State[], jkt: string): Promise<CallingCluster> {
  const cluster = await findCallingCluster(contextFor(undefined), jkt);
  if (!cluster) throw unauthenticated();
  if (states.some((state) => state === cluster.state)) return cluster;
  throw new KrdcError("forbidden", cluster.state === "SUSPENDED" ? "cluster.suspended" : "cluster.not_active");
}

/** The door for member clusters: only an ACTIVE one's key opens it (for heartbeats a PENDING one's too). */
export function clusterRoute<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType>(
  operation: Operation<P, Q, B>,
  states: readonly State[],
  handler: Handler<ClusterContext, P, Q, B>,
) {
  return (request: Request, context: RouteParams): Promise<Response> =>
    answering(operation, async () => {
      const proven = await prove(request, () => readText(request, maxBytesOf(operation)));
      const cluster = await callerIn(states, proven.jkt);
      return handler(contextFor(cluster), await readInput(operation, request, context, proven.text));
    });
}

/** The same for a body that is handed on while it comes: its digest is not known yet, so its proof names none. */
export function clusterStreamRoute<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType>(
  operation: Operation<P, Q, B>,
  states: readonly State[],
  handler: Handler<ClusterContext, P, Q, B>,
) {
  return (request: Request, context: RouteParams): Promise<Response> =>
    answering(operation, async () => {
      const { jkt } = await prove(request, async () => "");
      const cluster = await callerIn(states, jkt);
      return handler(contextFor(cluster), await readInput(operation, request, context, ""));
    });
}

/** The one call of a key that the hub does not know yet: it enrols. */
export function newKeyRoute<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType>(
  operation: Operation<P, Q, B>,
  handler: (ctx: OpenContext, input: z.output<B>, proven: { key: PublicKey; jkt: string }) => Promise<unknown>,
) {
  return (request: Request, context: RouteParams): Promise<Response> =>
    answering(operation, async () => {
      const proven = await prove(request, () => readText(request, 64 * 1024));
      const { body } = await readInput(operation, request, context, proven.text);
      return handler(contextFor(undefined), body, proven);
    });
}
