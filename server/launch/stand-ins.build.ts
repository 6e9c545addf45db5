/** Plays the hub's part in enrolment and checks nothing but that the local proof is there; keeps its state in a file. */
export const fakePortal = `
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
const file = join(import.meta.dirname, "clusters.json");
const clusters = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : {};
const doors = {
  "GET /api/health": () => [200, {}],
  "GET /api/v1/local/clusters": () => [200, { items: Object.entries(clusters).map(([name, state]) => ({ name, state })) }],
  "POST /api/v1/local/cluster-invitations": ({ name }) => {
    if (clusters[name]) return [409, { code: "cluster.already_enrolled" }];
    clusters[name] = "INVITED";
    return [201, { joinToken: "token-of-" + name }];
  },
  "POST /api/v1/local/cluster-approvals": ({ name, as, fingerprint }) => {
    const state = clusters[name];
    if (state === "ACTIVE") return [200, { name, state }];
    if (state === "INVITED") {
      clusters[name] = "PENDING";
      return [409, { code: "cluster.not_pending", detail: { state } }];
    }
    if (as === "hub") {
      if (state !== "APPROVED") return [409, { code: "cluster.operator_first" }];
      clusters[name] = "ACTIVE";
    } else if (fingerprint === "7777 8888") {
      clusters[name] = "APPROVED";
    } else {
      return [403, { code: "cluster.wrong_fingerprint" }];
    }
    return [200, { name, state: clusters[name] === "APPROVED" ? "PENDING" : "ACTIVE" }];
  },
};
createServer(async (request, response) => {
  let text = "";
  for await (const chunk of request) text += chunk;
  const isLocal = request.url.startsWith("/api/v1/local/");
  const isProven = (request.headers.authorization ?? "").startsWith("KRDC-Local t=");
  const door = isLocal && !isProven ? undefined : doors[request.method + " " + request.url];
  const [status, body] = door ? door(text ? JSON.parse(text) : {}) : [404, { code: "not_found" }];
  writeFileSync(file, JSON.stringify(clusters));
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}).listen(Number(process.env.PORT), process.env.HOSTNAME);
process.on("SIGTERM", () => process.exit(0));
`;

/** Writes its fingerprint when it is handed a join token, and takes its peers from its operator only. */
export const fakeFramework = `
import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
const { FRAMEWORK_HOME, FRAMEWORK_JOIN_TOKEN, FRAMEWORK_NAME, FRAMEWORK_PORT, FRAMEWORK_HOST } = process.env;
if (FRAMEWORK_JOIN_TOKEN === "token-of-" + FRAMEWORK_NAME) {
  writeFileSync(join(FRAMEWORK_HOME, "fingerprint"), "1111 · 2222 · 3333 · 4444 · 5555 · 6666 · 7777 · 8888\\n");
}
const doors = {
  "GET /v1/health": () => 200,
  "GET /v1/identity": () => 200,
  "POST /v1/operator/peers": (request) => request.headers.authorization?.startsWith("KRDC-Operator ey") ? 200 : 401,
};
createServer((request, response) => {
  const status = doors[request.method + " " + request.url]?.(request) ?? 404;
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify({ jwk: { kty: "EC" } }));
}).listen(Number(FRAMEWORK_PORT), FRAMEWORK_HOST);
process.on("SIGTERM", () => process.exit(0));
`;

/** Does what the bootstrap does after building. */
export const runner = `
import { join } from "node:path";
import { pathToFileURL } from "node:url";
const facts = JSON.parse(process.argv[2]);
const { start } = await import(pathToFileURL(join(facts.bundles, "launch.mjs")).href);
try {
  await start({ env: process.env, isDevelopment: false, write: (line) => console.log(line), ...facts });
} catch (error) {
  console.error(error.name === "Refusal" ? error.message + (error.detail ? "\\n" + error.detail : "") : error);
  process.exit(1);
}
`;
