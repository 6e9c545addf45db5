import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { type AgreementDocument, agreementProposal, hostSignatureType } from "#server/protocol/agreement";
import type { PrivateKey } from "#server/protocol/keys";
import { signDocument } from "#server/protocol/signed-document";

type Asked = { method: string; path: string; body: string; headers: IncomingMessage["headers"] };
type Answer = { status?: number; json?: unknown };
type Handler = (asked: Asked) => Answer | Promise<Answer>;

/** A double of a framework's gateway over real HTTP: it notes what it was asked and signs what a host would sign. */
export type GatewayDouble = {
  url: string;
  asked: Asked[];
  /** Takes the place of an answer, by `METHOD /path` with ids as `:id`. */
  answers: Map<string, Handler>;
  signWith: (key: PrivateKey) => void;
  /** Apps that its owner allows person by person. */
  onRequest: Set<string>;
  close: () => Promise<void>;
};

/** The answer of a host whose standing offer covers what is asked. */
export const signedBy = async (key: PrivateKey, document: AgreementDocument) => ({
  state: "SIGNED" as const,
  document,
  hostSignature: await signDocument(key, hostSignatureType, document),
});

const patternOf = (method: string, path: string) => `${method} ${path.replace(/[0-9a-f-]{36}/g, ":id")}`;

async function read(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

export async function aGateway(): Promise<GatewayDouble> {
  let key: PrivateKey | undefined;
  const asked: Asked[] = [];
  const onRequest = new Set<string>();
  const answers = new Map<string, Handler>([
    [
      "POST /v1/agreements",
      async ({ body }) => {
        if (!key) return { status: 503, json: { status: 503, code: "not_ready" } };
        const { document } = agreementProposal.parse(JSON.parse(body));
        return { json: onRequest.has(document.app) ? { state: "REQUESTED" } : await signedBy(key, document) };
      },
    ],
    ["POST /v1/agreements/:id/revoke", () => ({ json: { state: "REVOKED" } })],
    ["POST /v1/agreements/:id/suspend", () => ({ json: { state: "SUSPENDED" } })],
    ["PUT /v1/runs/:id", () => ({ status: 201, json: {} })],
  ]);
  const server: Server = createServer(async (request, response) => {
    const path = (request.url ?? "/").split("?")[0] ?? "/";
    const call = { method: request.method ?? "", path, body: await read(request), headers: request.headers };
    asked.push(call);
    const handler = answers.get(patternOf(call.method, path));
    const { status = 200, json } = handler ? await handler(call) : { status: 404, json: { status: 404, code: "none" } };
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(json ?? {}));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    answers,
    onRequest,
    signWith: (given) => {
      key = given;
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
