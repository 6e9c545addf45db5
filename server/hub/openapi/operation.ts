import { z } from "zod";

/** Whose call an operation takes: anybody's, a member's, this machine's by its home secret, a member cluster's by its key. */
type Access = "public" | "member" | "local" | "cluster";

/** One operation as the route obeys it and the OpenAPI tells it; both read this same object. */
export type Operation<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType> = {
  method: "GET" | "POST" | "PUT" | "DELETE";
  /** With `{name}` for what varies. */
  path: `/api/${string}`;
  room: string;
  summary: string;
  access: Access;
  params: P;
  query: Q;
  /** What a JSON body must be; `z.undefined()` where none is read, also for streams. */
  body: B;
  /** A raw body of this media type, handed on unread. */
  stream?: string;
  answer: z.ZodType | "bytes" | "events";
  status?: number;
  /** Largest JSON body, in bytes. */
  maxBytes?: number;
};

/** What the OpenAPI needs of any operation. */
export type AnyOperation = Operation<z.ZodType, z.ZodType, z.ZodType>;

type Given<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType> = Omit<
  Operation<P, Q, B>,
  "params" | "query" | "body" | "access"
> & { params?: P; query?: Q; body?: B; access?: Access };

const nothing = z.strictObject({});

/** An operation with what it does not say filled in: a member's call without path values, query or body. */
export function operation<
  P extends z.ZodType = typeof nothing,
  Q extends z.ZodType = typeof nothing,
  B extends z.ZodType = z.ZodUndefined,
>(given: Given<P, Q, B>): Operation<P, Q, B> {
  return {
    access: "member",
    params: nothing as unknown as P,
    query: nothing as unknown as Q,
    body: z.undefined() as unknown as B,
    ...given,
  };
}
