import { randomUUID } from "node:crypto";
import type { z } from "zod";
import { KrdcError } from "#server/errors";
import { parseJsonStrict } from "#server/graph/parse-workflow";
import type { AnyOperation } from "#server/hub/openapi/operation";
import { log } from "#server/log";
import { problemOf } from "#server/protocol/problem";

/** Answers of the API are for programs: whoever opens one in a browser runs nothing of it. */
const apiPolicy = "default-src 'none'; frame-ancestors 'none'";
const defaultMaxBytes = 4 * 1024 * 1024;

/** The body's exact bytes as text, never more than `maxBytes`. */
export async function readText(request: Request, maxBytes: number): Promise<string> {
  const tooLarge = () => new KrdcError("too_large", "request.too_large", { detail: { maxBytes } });
  if (Number(request.headers.get("content-length") ?? 0) > maxBytes) throw tooLarge();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of (request.body ?? []) as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength;
    if (size > maxBytes) throw tooLarge();
    chunks.push(chunk);
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(Buffer.concat(chunks));
  } catch (cause) {
    throw new KrdcError("invalid", "request.not_utf8", { cause });
  }
}

export const maxBytesOf = (operation: AnyOperation) => operation.maxBytes ?? defaultMaxBytes;

function parsed<S extends z.ZodType>(schema: S, value: unknown, where: string): z.output<S> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const problems = result.error.issues.slice(0, 100).map((issue) => ({
    path: [where, ...issue.path].map(String).join("."),
    code: issue.code,
  }));
  throw new KrdcError("invalid", "request.invalid", { cause: result.error, detail: { fields: problems } });
}

/** JSON of one meaning only (duplicate names are refused), of the operation's schema. */
export function parseBody<B extends z.ZodType>(schema: B, text: string): z.output<B> {
  if (schema.type === "undefined") return undefined as z.output<B>;
  const json = parseJsonStrict(text === "" ? "{}" : text);
  if ("problems" in json) throw new KrdcError("invalid", "request.not_json", { detail: { problems: json.problems } });
  return parsed(schema, json.value, "body");
}

export const parseParams = <P extends z.ZodType>(schema: P, params: unknown): z.output<P> =>
  parsed(schema, params, "path");

/** Repeated names become lists, as the facets of the market need them. */
export function parseQuery<Q extends z.ZodType>(schema: Q, search: URLSearchParams): z.output<Q> {
  const names = [...new Set(search.keys())];
  const values = names.map((name) => {
    const all = search.getAll(name);
    return [name, all.length > 1 ? all : all[0]] as const;
  });
  return parsed(schema, Object.fromEntries(values), "query");
}

/** When the same call may be made again, where that is known. */
function retryAfterOf(error: unknown): number | undefined {
  if (!(error instanceof KrdcError)) return undefined;
  const { retryAfterSeconds } = error.detail;
  if (typeof retryAfterSeconds === "number") return retryAfterSeconds;
  return error.kind === "unavailable" ? 2 : undefined;
}

/** RFC 9457; a list of problems stands at the top as well, where command line and forms read it. */
function problemResponse(error: unknown, requestId: string): Response {
  const { problems, ...body } = { problems: undefined as unknown, ...problemOf(error, requestId) };
  if (!(error instanceof KrdcError)) log.error({ err: error, requestId }, "a call failed");
  const found = problems ?? body.detail?.problems;
  const headers = new Headers({
    "content-type": "application/problem+json",
    "cache-control": "no-store",
    "x-request-id": requestId,
    "content-security-policy": apiPolicy,
  });
  const retryAfter = retryAfterOf(error);
  if (retryAfter !== undefined) headers.set("retry-after", String(retryAfter));
  const text = JSON.stringify({ ...body, ...(found === undefined ? {} : { problems: found }) });
  return new Response(text, { status: body.status, headers });
}

/** Whatever a handler gave, as the answer that the operation promised. */
function answerOf(operation: AnyOperation, value: unknown, requestId: string): Response {
  if (value instanceof Response) {
    value.headers.set("x-request-id", requestId);
    return value;
  }
  const headers = { "cache-control": "no-store", "x-request-id": requestId, "content-security-policy": apiPolicy };
  if (value === undefined) return new Response(null, { status: 204, headers });
  return Response.json(value, { status: operation.status ?? 200, headers });
}

/** Runs one call and turns whatever it throws into a problem; nothing is ever redirected. */
export async function answering(operation: AnyOperation, work: () => Promise<unknown>): Promise<Response> {
  const requestId = randomUUID();
  try {
    return answerOf(operation, await work(), requestId);
  } catch (error) {
    return problemResponse(error, requestId);
  }
}
