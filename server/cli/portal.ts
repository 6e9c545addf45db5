import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { Problem } from "#server/graph/workflow";
import { signLocalProof } from "#server/protocol/local-proof";
import { CliError, type Io, type Portal, type PortalCall } from "./command";

const bilingual = z.object({ ko: z.string(), en: z.string() });
const problem = z.object({ path: z.string(), code: z.string(), message: bilingual });
const refusal = z.looseObject({
  code: z.string(),
  title: z.string().optional(),
  detail: z.unknown().optional(),
  problems: z.array(problem).optional(),
});
const homeSettings = z.object({ portalUrl: z.url().optional() });

/** The portal that `--portal`, the environment or the home names, in this order. */
export async function openPortal(io: Io, given: string | undefined): Promise<Portal> {
  const named = given ?? io.env.portal ?? (await portalOfHome(io)) ?? `http://127.0.0.1:${io.env.port}`;
  const url = named.replace(/\/+$/, "");
  const open: Portal["open"] = (method, path, call = {}) =>
    send(url, io, { method, path, ...call, authorization: bearer(io) });
  return {
    url,
    open,
    async json(method, path, answer, call) {
      return readAnswer(await open(method, path, call), answer);
    },
    async local(path, answer, body) {
      const text = JSON.stringify(body);
      const secret = await homeSecret(io);
      const authorization = signLocalProof(secret, { method: "POST", path, body: text }, io.now());
      return readAnswer(await send(url, io, { method: "POST", path, body, authorization }), answer);
    },
  };
}

const bearer = (io: Io) => (io.env.token ? `Bearer ${io.env.token}` : undefined);

async function portalOfHome(io: Io): Promise<string | undefined> {
  try {
    return homeSettings.parse(JSON.parse(await readFile(join(io.env.home, "settings.json"), "utf8"))).portalUrl;
  } catch {
    return undefined;
  }
}

async function homeSecret(io: Io): Promise<string> {
  try {
    return (await readFile(join(io.env.home, "secret"), "utf8")).trim();
  } catch {
    throw new CliError("local.no_secret", { home: io.env.home });
  }
}

type Sent = PortalCall & { method: string; path: string; authorization: string | undefined };

async function send(
  url: string,
  io: Io,
  { method, path, body, stream, headers, authorization }: Sent,
): Promise<Response> {
  const content = stream ?? (body === undefined ? undefined : JSON.stringify(body));
  const init: RequestInit & { duplex?: "half" } = {
    method,
    redirect: "error",
    headers: {
      accept: "application/json",
      "accept-language": io.env.language,
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...(authorization ? { authorization } : {}),
      ...headers,
    },
    ...(content === undefined ? {} : { body: content as BodyInit, duplex: "half" }),
  };
  const answer = await fetch(`${url}${path}`, init).catch((error: unknown) => {
    throw new CliError("portal.unreachable", { url, why: reasonOf(error) });
  });
  if (answer.ok) return answer;
  throw await refusalOf(answer);
}

function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  if (typeof cause === "object" && cause !== null && "code" in cause) return String(cause.code);
  return error instanceof Error ? error.message : String(error);
}

async function refusalOf(answer: Response): Promise<CliError> {
  const read = refusal.safeParse(await answer.json().catch(() => undefined));
  if (!read.success) return new CliError("portal.failed", { status: answer.status });
  const { code, title, detail, problems } = read.data;
  const inDetail = z.object({ problems: z.array(problem) }).safeParse(detail);
  const all: Problem[] = problems ?? (inDetail.success ? inDetail.data.problems : []);
  const facts = typeof detail === "object" && detail !== null ? { ...detail } : { detail };
  return new CliError(code, { ...facts, title, status: answer.status }, all);
}

async function readAnswer<T>(answer: Response, schema: z.ZodType<T>): Promise<T> {
  const read = schema.safeParse(await answer.json().catch(() => undefined));
  if (read.success) return read.data;
  throw new CliError("portal.answer_not_understood", { what: read.error.issues[0]?.path.join(".") ?? "" });
}

/** One path segment of an address. */
export const segment = (text: string) => encodeURIComponent(text);
