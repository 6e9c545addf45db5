const STATUS = {
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  gone: 410,
  too_large: 413,
  unprocessable: 422,
  too_many: 429,
  unavailable: 503,
} as const;

export type ErrorKind = keyof typeof STATUS;

/** The kind that an HTTP status stands for, so that a peer's refusal is rebuilt as the same error. */
export function kindOfStatus(status: number): ErrorKind {
  const found = Object.entries(STATUS).find(([, code]) => code === status);
  if (found) return found[0] as ErrorKind;
  return status >= 500 ? "unavailable" : "invalid";
}

type Options = ErrorOptions & { detail?: Record<string, unknown> };

/** A failure someone can act on. Anything else that is thrown is a bug and stays a 500. */
export class KrdcError extends Error {
  override readonly name = "KrdcError";
  readonly kind: ErrorKind;
  /** Stable name such as "agreement.already_open": the i18n key, the wire code and what tests assert on. */
  readonly reason: string;
  /** Plain facts that a message may name (a step, a limit, a list of problems); never secrets. */
  readonly detail: Record<string, unknown>;

  constructor(kind: ErrorKind, reason: string, options?: Options) {
    super(`${kind}: ${reason}`, options);
    this.kind = kind;
    this.reason = reason;
    this.detail = options?.detail ?? {};
  }

  get status(): number {
    return STATUS[this.kind];
  }

  /** Calls that fail so are repeated, no others; a new attempt of a step is its retry policy's matter. */
  get retryable(): boolean {
    return this.kind === "unavailable";
  }
}
