import type { z } from "zod";
import type { HubContext, OpenContext } from "#server/hub/context";
import type { Operation } from "#server/hub/openapi/operation";
import { contextFor, hubContext } from "../context";
import { answering, maxBytesOf, parseBody, parseParams, parseQuery, readText } from "./api-call";
import { apiUser } from "./api-user";

/** What Next gives a route handler beside the request. */
export type RouteParams = { params: Promise<Record<string, string | string[]>> };

type Input<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType> = {
  params: z.output<P>;
  query: z.output<Q>;
  body: z.output<B>;
  request: Request;
};
export type Handler<C, P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType> = (
  ctx: C,
  input: Input<P, Q, B>,
) => Promise<unknown>;

/** Path, query and body by the operation's schemas, in this order; a body that is streamed on is not touched. */
export async function readInput<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType>(
  operation: Operation<P, Q, B>,
  request: Request,
  context: RouteParams,
  text?: string,
): Promise<Input<P, Q, B>> {
  const params = parseParams(operation.params, (await context.params) ?? {});
  const query = parseQuery(operation.query, new URL(request.url).searchParams);
  const needsText = operation.body.type !== "undefined";
  const body = parseBody(operation.body, needsText ? (text ?? (await readText(request, maxBytesOf(operation)))) : "");
  return { params, query, body, request };
}

/** The one door of `/api/v1` for people and scripts: who calls is settled before path or body are read. */
export function route<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType>(
  operation: Operation<P, Q, B>,
  handler: Handler<HubContext, P, Q, B>,
) {
  return (request: Request, context: RouteParams): Promise<Response> =>
    answering(operation, async () => {
      const user = await apiUser(request);
      return handler(hubContext(user), await readInput(operation, request, context));
    });
}

/** For the few answers that are everybody's. */
export function publicRoute<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType>(
  operation: Operation<P, Q, B>,
  handler: Handler<OpenContext, P, Q, B>,
) {
  return (request: Request, context: RouteParams): Promise<Response> =>
    answering(operation, async () => handler(contextFor(undefined), await readInput(operation, request, context)));
}
