import { z } from "zod";
import { signLocalProof } from "#server/protocol/local-proof";

export type HubAnswer = { status: number; code: string; body: unknown };

const problem = z.looseObject({ code: z.string() });

/** Calls the hub's local door: whoever can read the home's secret is this machine's own command. */
export function createHubClient(hubUrl: string, secret: string, now: () => Date = () => new Date()) {
  return async (method: "GET" | "POST", path: string, body?: object): Promise<HubAnswer> => {
    const text = body ? JSON.stringify(body) : "";
    const response = await fetch(`${hubUrl}${path}`, {
      method,
      redirect: "error",
      headers: {
        authorization: signLocalProof(secret, { method, path, body: text }, now()),
        ...(body ? { "content-type": "application/json" } : {}),
      },
      ...(body ? { body: text } : {}),
      signal: AbortSignal.timeout(15_000),
    });
    const answer: unknown = await response.json().catch(() => undefined);
    const refused = problem.safeParse(answer);
    return {
      status: response.status,
      code: refused.success ? refused.data.code : `status_${response.status}`,
      body: answer,
    };
  };
}

export type HubClient = ReturnType<typeof createHubClient>;
