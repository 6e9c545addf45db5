import type { z } from "zod";
import { hubDb } from "#server/db/hub";
import { KrdcError } from "#server/errors";
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

/** Whose key made this call, with these exact body bytes, for the first time. */
async function prove(request: Request, maxBytes: number): Promise<Proven> {
  const now = hubNow();
  const htu = `${theHub().url}${new URL(request.url).pathname}`;
  const proof = request.headers.get("dpop") ?? undefined;
  const { key, jkt, claims } = await verifyProof(proof, { htm: request.method, htu }, now);
  const text = await readText(request, maxBytes);
  if (claims.body_sha256 !== (text === "" ? undefined : sha256Hex(text))) {
    throw new KrdcError("unauthenticated", "unauthenticated");
  }
  if (!(await takeProof(hubDb(), `${jkt}.${claims.jti}`, now))) {
    throw new KrdcError("unauthenticated", "unauthenticated");
  }
  return { key, jkt, text };
}

/** The door for member clusters: only an ACTIVE one's key opens it (for heartbeats a PENDING one's too). */
export function clusterRoute<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType>(
  operation: Operation<P, Q, B>,
  states: readonly ("PENDING" | "ACTIVE" | "SUSPENDED")[],
  handler: Handler<ClusterContext, P, Q, B>,
) {
  return (request: Request, context: RouteParams): Promise<Response> =>
    answering(operation, async () => {
      const proven = await prove(request, maxBytesOf(operation));
      const cluster = await findCallingCluster(hubDb(), proven.jkt);
      if (!cluster) throw new KrdcError("unauthenticated", "unauthenticated");
      if (!states.some((state) => state === cluster.state)) {
        throw new KrdcError("forbidden", cluster.state === "SUSPENDED" ? "cluster.suspended" : "cluster.not_active");
      }
      return handler(contextFor(cluster), await readInput(operation, request, context, proven.text));
    });
}

/** The one call of a key that the hub does not know yet: it enrols. */
export function newKeyRoute<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType>(
  operation: Operation<P, Q, B>,
  handler: (ctx: OpenContext, input: z.output<B>, proven: { key: PublicKey; jkt: string }) => Promise<unknown>,
) {
  return (request: Request, context: RouteParams): Promise<Response> =>
    answering(operation, async () => {
      const proven = await prove(request, 64 * 1024);
      const { body } = await readInput(operation, request, context, proven.text);
      return handler(contextFor(undefined), body, proven);
    });
}
