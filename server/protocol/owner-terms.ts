import { z } from "zod";
import { KrdcError } from "#server/errors";
import { type AgreementDocument, agreementDocument } from "./agreement";
import { egress, limitsOfWords, parameterLimits } from "./parameter-limits";

const most = z.int().min(1).optional();
const { onRevoke, onDisconnect, onHubSilent } = agreementDocument.shape;

/** What an owner may say about a request instead of a plain yes; what is not named stays as it was asked. */
export const ownerTerms = z.strictObject({
  runs: most,
  cpuSeconds: most,
  gpuSeconds: most,
  outputBytes: most,
  /** From the owner's yes, and never beyond the day that was asked. */
  days: z.int().min(1).max(36_500).optional(),
  maxConcurrent: most,
  onRevoke: onRevoke.optional(),
  onDisconnect: onDisconnect.optional(),
  onHubSilent: onHubSilent.optional(),
  /** Beside those that were asked; of a parameter that has one already the owner's counts. */
  parameters: parameterLimits.optional(),
  egress: egress.optional(),
});
export type OwnerTerms = z.infer<typeof ownerTerms>;

const dayMs = 86_400_000;

/** The asked document on the owner's terms; whether they are narrower than what was asked is for the host's verb to judge. */
export function withTerms(asked: AgreementDocument, terms: OwnerTerms, now: Date): AgreementDocument {
  const { runs, cpuSeconds, gpuSeconds, outputBytes, days, parameters, ...rest } = terms;
  const named = Object.fromEntries(
    Object.entries({ runs, cpuSeconds, gpuSeconds, outputBytes }).filter(([, amount]) => amount !== undefined),
  );
  const isSaid = (name: string, term: unknown) =>
    term !== undefined && !(name === "egress" && term === (asked.egress ?? "any"));
  const others = Object.fromEntries(Object.entries(rest).filter(([name, term]) => isSaid(name, term)));
  const last = days === undefined ? Number.POSITIVE_INFINITY : now.getTime() + days * dayMs;
  const expires = last < Date.parse(asked.expires) ? new Date(last).toISOString() : asked.expires;
  const limited = parameters ? { parameters: { ...asked.parameters, ...parameters } } : {};
  return agreementDocument.parse({ ...asked, ...others, ...limited, budget: { ...asked.budget, ...named }, expires });
}

/** The words of the command line for each term. */
const termOptions = {
  runs: "runs",
  "cpu-seconds": "cpuSeconds",
  "gpu-seconds": "gpuSeconds",
  "output-bytes": "outputBytes",
  days: "days",
  "at-once": "maxConcurrent",
  "on-revoke": "onRevoke",
  "on-disconnect": "onDisconnect",
  "on-hub-silent": "onHubSilent",
  egress: "egress",
  limit: "parameters",
} as const satisfies Record<string, keyof OwnerTerms>;

export const termUsage =
  "[--runs N] [--cpu-seconds N] [--gpu-seconds N] [--output-bytes N] [--days N] [--at-once N] [--on-revoke kill|drain] [--on-disconnect hold|kill] [--on-hub-silent continue|kill] [--limit NAME=1..24]… [--limit NAME=a,b]… [--egress none|any]";

/** How a command line takes each of them. */
export const termOptionSpecs: Record<string, { type: "string"; multiple?: boolean }> = Object.fromEntries(
  Object.keys(termOptions).map((name) => [
    name,
    { type: "string" as const, ...(name === "limit" && { multiple: true }) },
  ]),
);

const limitWords = (given: unknown): string[] =>
  (Array.isArray(given) ? given : [given]).filter((one): one is string => typeof one === "string");

/** What a person wrote behind a command, as terms. */
export function termsOfWords(words: Record<string, unknown>): OwnerTerms {
  const limits = limitWords(words.limit);
  const given = Object.entries(termOptions).flatMap(([option, term]): [string, unknown][] => {
    if (option === "limit") return limits.length > 0 ? [[term, limitsOfWords(limits)]] : [];
    const word = words[option];
    if (typeof word !== "string") return [];
    return [[term, /^\d{1,15}$/.test(word) ? Number(word) : word]];
  });
  const read = ownerTerms.safeParse(Object.fromEntries(given));
  if (read.success) return read.data;
  const wrong = read.error.issues.map(({ path }) => path[0]);
  const names = Object.entries(termOptions).filter(([, term]) => wrong.includes(term));
  const detail = { names: names.map(([option]) => `--${option}`).join(", ") };
  throw new KrdcError("invalid", "owner.wrong_terms", { detail });
}
