import type { Problem } from "#server/graph/workflow";

/** A refusal of the API: a stable code with its facts, and every problem when a document was refused. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly code: string;
  readonly status: number;
  readonly detail: Record<string, unknown>;
  readonly problems: readonly Problem[];

  constructor(status: number, body: { code?: unknown; detail?: unknown; problems?: unknown }) {
    const code = typeof body.code === "string" ? body.code : codeOfStatus(status);
    super(code);
    this.code = code;
    this.status = status;
    this.detail =
      typeof body.detail === "object" && body.detail !== null ? (body.detail as Record<string, unknown>) : {};
    this.problems = Array.isArray(body.problems) ? (body.problems as Problem[]) : [];
  }
}

function codeOfStatus(status: number): string {
  if (status === 0) return "portal.unreachable";
  if (status === 401) return "auth.sign_in_first";
  return status >= 500 ? "portal.failed" : "portal.refused";
}

/** Rebuilds the refusal that a problem document carries; a body that is none still gives a code. */
export function refusalFrom(status: number, text: string): Refusal {
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body === "object" && body !== null) return new Refusal(status, body);
  } catch {
    return new Refusal(status, {});
  }
  return new Refusal(status, {});
}

/** The code of whatever went wrong in a call. */
export const codeOf = (error: unknown): string => (error instanceof Refusal ? error.code : "portal.failed");

type Options = { method?: "GET" | "POST" | "PUT" | "DELETE"; body?: unknown; signal?: AbortSignal };

/** One call of `/api/v1`; throws a Refusal, also when nothing answers. */
export async function callApi<T>(path: `/api/v1/${string}`, options: Options = {}): Promise<T> {
  const { method = "GET", body, signal } = options;
  const response = await fetch(path, {
    method,
    headers: { accept: "application/json", ...(body === undefined ? {} : { "content-type": "application/json" }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(signal ? { signal } : {}),
  }).catch((error: unknown) => {
    if (signal?.aborted) throw error;
    throw new Refusal(0, {});
  });
  if (!response.ok) throw refusalFrom(response.status, await response.text());
  return (response.status === 204 ? undefined : await response.json()) as T;
}
