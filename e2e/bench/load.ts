import { randomUUID } from "node:crypto";
import { Agent, request } from "node:http";
import { importJWK, type JWK, jwtVerify, SignJWT } from "jose";
import pg from "pg";
import { makeSigningKey, publicPart } from "#server/protocol/keys";
import { freshDatabase } from "../setup/fresh-database";
import type { HubKeys } from "./framework-service";
import { type Line, lineOf } from "./summary";

export type Load = { timesMs: number[]; tookMs: number };

/** Does `work` so many times, never more than `atOnce` of them at a time; the first failure ends it. */
export async function manyAtOnce(count: number, atOnce: number, work: (at: number) => Promise<unknown>): Promise<Load> {
  const timesMs: number[] = [];
  let next = 0;
  const worker = async () => {
    for (let at = next++; at < count; at = next++) {
      const begin = performance.now();
      await work(at);
      timesMs.push(performance.now() - begin);
    }
  };
  const begin = performance.now();
  await Promise.all(Array.from({ length: atOnce }, worker));
  return { timesMs, tookMs: performance.now() - begin };
}

/** In turn, so that no connection is idle for as long as a server keeps one. */
const agent = new Agent({ keepAlive: true, maxSockets: 64, scheduling: "fifo" });

type HttpCall = { method: string; url: string; headers: Record<string, string>; body?: string };

/** One call over a connection that is kept, as small as a client can be: what it costs is not the servers'. */
export function callPlain({ method, url, headers, body = "" }: HttpCall): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const length = String(Buffer.byteLength(body));
    const call = request(url, { method, agent, headers: { ...headers, "content-length": length } }, (response) => {
      const parts: Buffer[] = [];
      response.on("data", (part: Buffer) => parts.push(part));
      response.on("end", () => resolve({ status: response.statusCode ?? 0, text: Buffer.concat(parts).toString() }));
      response.on("error", reject);
    });
    call.on("error", reject);
    call.end(body);
  });
}

type Signer = { sign: () => Promise<string>; verify: (token: string) => Promise<unknown> };

async function signerOf(alg: string, secret: JWK, open: JWK): Promise<Signer> {
  const [key, publicKey] = [await importJWK(secret, alg), await importJWK(open, alg)];
  return {
    sign: () => new SignJWT({ jti: randomUUID() }).setProtectedHeader({ alg }).setIssuedAt().sign(key),
    verify: (token) => jwtVerify(token, publicKey, { algorithms: [alg] }),
  };
}

/**
 * The least that issuing and redeeming could cost: two signatures, two verifications and one commit that waits for the
 * disk, without HTTP, rules or records; in one process, with keys that stay imported.
 */
export async function bareLoop(
  adminUrl: string,
  hub: Pick<HubKeys, "key" | "publicKey">,
  { count, atOnce }: { count: number; atOnce: number },
): Promise<Line> {
  const database = await freshDatabase(adminUrl);
  const pool = new pg.Pool({ connectionString: database.url, max: 24 });
  // Dropping its database may overtake the last goodbye of a connection.
  pool.on("error", () => undefined);
  await pool.query("create table bare (id uuid primary key, tokens jsonb not null)");
  const own = await makeSigningKey();
  const signers = [await signerOf("EdDSA", hub.key, hub.publicKey), await signerOf("ES256", own, publicPart(own))];
  const once = async () => {
    const tokens: string[] = [];
    for (const signer of signers) tokens.push(await signer.sign());
    for (const [at, signer] of signers.entries()) await signer.verify(tokens[at] ?? "");
    await pool.query("insert into bare values ($1, $2)", [randomUUID(), JSON.stringify(tokens)]);
  };
  await manyAtOnce(atOnce, atOnce, once);
  const { timesMs, tookMs } = await manyAtOnce(count, atOnce, once);
  const { rows } = await pool.query("select count(*)::int as n from bare");
  if (rows[0]?.n !== count + atOnce) throw new Error("the bare loop lost rows");
  await pool.end();
  await database.drop();
  return lineOf("2 signatures + 2 verifications + 1 commit", count, timesMs, tookMs);
}
