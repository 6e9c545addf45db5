import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import findMyWay, { type HTTPMethod } from "find-my-way";
import { KrdcError } from "#server/errors";
import { problemOf } from "#server/protocol/problem";
import type { FrameworkContext } from "../context";
import type { Answer, Call } from "./call";
import { doors } from "./routes";

const lingerMs = 2000;

async function write(response: ServerResponse, answer: Answer): Promise<void> {
  if (answer === "written") return;
  if ("body" in answer) {
    response.writeHead(answer.status, {
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
      ...answer.headers,
    });
    const body = answer.body instanceof Readable ? answer.body : Readable.from([answer.body]);
    await pipeline(body, response);
    return;
  }
  const text = answer.json === undefined ? "" : JSON.stringify(answer.json);
  const size = String(Buffer.byteLength(text));
  response.writeHead(answer.status, {
    "content-type": "application/json",
    "content-length": size,
    "cache-control": "no-store",
  });
  response.end(text);
}

function refuse(
  ctx: FrameworkContext,
  call: { request: IncomingMessage; response: ServerResponse; path: string },
  error: unknown,
) {
  const { request, response, path } = call;
  const id = randomUUID();
  const problem = problemOf(error, id);
  const isOurs = !(error instanceof KrdcError);
  const facts = { id, method: request.method, path, code: problem.code, ...(isOurs ? { error } : {}) };
  if (isOurs && !request.destroyed) ctx.log.error(facts, "a call failed");
  else ctx.log.info(facts, "a call was refused");
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const text = JSON.stringify(problem);
  response.writeHead(problem.status, {
    "content-type": "application/problem+json",
    "content-length": Buffer.byteLength(text),
    "cache-control": "no-store",
    connection: "close",
    ...(problem.status === 429 ? { "retry-after": String(problem.detail?.seconds ?? 1) } : {}),
  });
  response.write(text);
  endAfterBody(request, response);
}

/** Closing while the caller still sends would reset the connection and lose our answer: it gets a moment to finish. */
function endAfterBody(request: IncomingMessage, response: ServerResponse): void {
  const end = () => {
    clearTimeout(limit);
    response.end();
  };
  const limit = setTimeout(end, lingerMs);
  if (request.complete || request.destroyed) end();
  else request.once("end", end).once("close", end);
  request.unpipe();
  request.resume();
}

async function pass(call: Call, door: (typeof doors)[string]): Promise<Answer> {
  for (const check of door.checks) {
    const answered = await check(call);
    if (answered) return answered;
  }
  return door.answer(call);
}

function signalOf(ctx: FrameworkContext, response: ServerResponse): AbortSignal {
  const closed = new AbortController();
  response.once("close", () => closed.abort());
  return AbortSignal.any([closed.signal, ctx.stopping]);
}

/** The gateway: one table of doors, nothing beside it. */
export function createGateway(ctx: FrameworkContext): Server {
  const router = findMyWay({
    maxParamLength: 300,
    defaultRoute: (request, response) => {
      refuse(
        ctx,
        { request, response: response as ServerResponse, path: request.url ?? "" },
        new KrdcError("not_found", "not_found"),
      );
    },
  });
  for (const [name, door] of Object.entries(doors)) {
    const [method = "GET", pattern = "/"] = name.split(" ");
    router.on(method as HTTPMethod, pattern, async (request, raw, params) => {
      const response = raw as ServerResponse;
      const [path = "/", query = ""] = (request.url ?? "/").split("?", 2);
      const known = Object.fromEntries(Object.entries(params).map(([key, value]) => [key, value ?? ""]));
      const facts = { ctx, request, response, method, path, params: known, query: new URLSearchParams(query) };
      try {
        await write(response, await pass({ ...facts, signal: signalOf(ctx, response) }, door));
      } catch (error) {
        refuse(ctx, { request, response, path }, error);
      }
    });
  }
  const server = createServer((request, response) => router.lookup(request, response));
  // Uploads of large files take longer than Node's default of five minutes for a whole request.
  server.requestTimeout = 0;
  // A connection on which nothing moves is ended; long polls answer and streams beat well within this time.
  server.timeout = 120_000;
  server.headersTimeout = 20_000;
  server.keepAliveTimeout = 30_000;
  return server;
}
