import { z } from "zod";
import * as apps from "./app-operations";
import * as audit from "./audit-operations";
import * as clusters from "./cluster-operations";
import * as consent from "./consent-operations";
import * as members from "./member-operations";
import type { AnyOperation } from "./operation";
import * as portal from "./portal-operations";
import * as reach from "./reach-operations";
import * as restore from "./restore-operations";
import * as runs from "./run-operations";

/** Every operation that the portal answers. */
export const allOperations: readonly AnyOperation[] = [
  portal,
  apps,
  runs,
  clusters,
  audit,
  consent,
  members,
  restore,
  reach,
].flatMap((file) => Object.values(file as Record<string, AnyOperation>));

const schemaOf = (schema: z.ZodType, io: "input" | "output") => {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: "any" });
  return rest;
};

function parametersOf(schema: z.ZodType, where: "path" | "query") {
  const { properties = {}, required = [] } = schemaOf(schema, "input") as {
    properties?: Record<string, unknown>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, each]) => ({
    name,
    in: where,
    required: where === "path" || required.includes(name),
    schema: each,
  }));
}

function requestBodyOf({ body, stream }: AnyOperation) {
  if (stream) return { requestBody: { required: true, content: { [stream]: { schema: {} } } } };
  if (body.type === "undefined") return {};
  return { requestBody: { required: true, content: { "application/json": { schema: schemaOf(body, "input") } } } };
}

function contentOf({ answer }: AnyOperation) {
  if (answer === "bytes") return { "application/octet-stream": { schema: {} } };
  if (answer === "events") return { "text/event-stream": { schema: { type: "string" } } };
  return { "application/json": { schema: schemaOf(answer, "output") } };
}

const problem = { $ref: "#/components/responses/Problem" };
const schemes = {
  member: [{ token: [] }, { session: [] }],
  public: [],
  local: [{ local: [] }],
  cluster: [{ cluster: [] }],
};

const idOf = ({ method, path }: AnyOperation) =>
  `${method.toLowerCase()}${path.replace(/^\/api/, "").replace(/[^A-Za-z0-9]+/g, "_")}`;

function entryOf(operation: AnyOperation) {
  const ok = { description: operation.summary, content: contentOf(operation) };
  const refusals = operation.access === "public" ? { default: problem } : { 401: problem, default: problem };
  return {
    operationId: idOf(operation),
    tags: [operation.room],
    summary: operation.summary,
    security: schemes[operation.access],
    parameters: [...parametersOf(operation.params, "path"), ...parametersOf(operation.query, "query")],
    ...requestBodyOf(operation),
    responses: { [String(operation.status ?? 200)]: ok, ...refusals },
  };
}

const components = {
  securitySchemes: {
    token: { type: "http", scheme: "bearer", description: "An API token (krdc_…)" },
    session: { type: "apiKey", in: "cookie", name: "krdc-session", description: "The browser's session" },
    local: { type: "apiKey", in: "header", name: "authorization", description: "Proof by the home's secret" },
    cluster: { type: "apiKey", in: "header", name: "dpop", description: "Proof by a member cluster's key" },
  },
  responses: {
    Problem: {
      description: "What went wrong, with a stable code (RFC 9457)",
      content: {
        "application/problem+json": {
          schema: {
            type: "object",
            required: ["status", "code"],
            properties: {
              type: { type: "string" },
              status: { type: "integer" },
              code: { type: "string" },
              title: { type: "string" },
              detail: { type: "object" },
              problems: { type: "array", items: { type: "object" } },
            },
          },
        },
      },
    },
  },
};

/** OpenAPI 3.1 of the same table that the routes obey. */
export function openapiDocument(operations: readonly AnyOperation[], version: string) {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const operation of operations) {
    paths[operation.path] = { ...paths[operation.path], [operation.method.toLowerCase()]: entryOf(operation) };
  }
  const info = { title: "KRDC", version, license: { name: "Apache-2.0", identifier: "Apache-2.0" } };
  return { openapi: "3.1.0", info, servers: [{ url: "/" }], paths, components };
}
