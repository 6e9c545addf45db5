import { createHash, randomBytes } from "node:crypto";
import { z } from "zod";
import type { members } from "#drizzle/hub/schema/members";
import { type Bilingual, bilingual } from "#server/graph/text";

export type Member = typeof members.$inferSelect;

/** Who asks, as pages and verbs see them. */
export type User = {
  id: string;
  account: string;
  name: Bilingual;
  organization: { id: string; name: Bilingual };
  roles: string[];
  /** All that clusters see of the account. */
  pseudonym: string;
};

const text = z.union([bilingual, z.string().transform((one) => ({ ko: one, en: one }))]);

/** The claims of the identity provider that make or refresh a member; Keycloak's mappers give the two of ours. */
export const memberClaims = z.object({
  sub: z.string().min(1).max(255),
  preferred_username: z.string().max(128).optional(),
  email: z.string().max(320).optional(),
  name: text.optional(),
  krdc_name: text.optional(),
  krdc_organization: z.object({ id: z.string().min(1).max(128), name: text }).optional(),
  krdc_roles: z.array(z.string().max(80)).max(50).optional(),
});
export type MemberClaims = z.output<typeof memberClaims>;

export type NewMember = Omit<Member, "id" | "createdAt" | "disabledAt" | "organizationId"> & {
  organization: { id: string; name: Bilingual };
};

const nobody = { id: "none", name: { ko: "소속 없음", en: "No organization" } };
const alphabet = "abcdefghijklmnopqrstuvwxyz234567";

/** Random, so that nothing about the account can be guessed from it. */
const makePseudonym = () => Array.from(randomBytes(26), (byte) => alphabet[byte & 31]).join("");

/** What a sign-in says of a person; the pseudonym counts only the first time. */
export function memberOfClaims(issuer: string, claims: MemberClaims): NewMember {
  const account = claims.preferred_username ?? claims.sub;
  return {
    issuer,
    subject: claims.sub,
    account,
    email: claims.email ?? null,
    name: claims.krdc_name ?? claims.name ?? { ko: account, en: account },
    organization: claims.krdc_organization ?? nobody,
    roles: claims.krdc_roles ?? ["researcher"],
    pseudonym: makePseudonym(),
  };
}

const institutes = {
  krict: { ko: "한국화학연구원", en: "Korea Research Institute of Chemical Technology" },
  kribb: { ko: "한국생명공학연구원", en: "Korea Research Institute of Bioscience and Biotechnology" },
  kisti: { ko: "한국과학기술정보연구원", en: "Korea Institute of Science and Technology Information" },
};

type DemoAccount = { name: Bilingual; at: keyof typeof institutes; roles: string[] };

/** The same as the embedded identity provider says of them when they sign in. */
const demoAccounts = new Map<string, DemoAccount>([
  ["researcher", { name: { ko: "연구자", en: "Researcher" }, at: "krict", roles: ["researcher"] }],
  ["researcher2", { name: { ko: "다른 기관 연구자", en: "Researcher elsewhere" }, at: "kribb", roles: ["researcher"] }],
  [
    "provider",
    {
      name: { ko: "앱 제공자", en: "App provider" },
      at: "krict",
      roles: ["researcher", "provider:materials", "provider:bio"],
    },
  ],
  [
    "operator-materials",
    { name: { ko: "소재 운영자", en: "Materials operator" }, at: "krict", roles: ["operator:materials"] },
  ],
  ["operator-bio", { name: { ko: "바이오 운영자", en: "Bio operator" }, at: "kribb", roles: ["operator:bio"] }],
  ["admin", { name: { ko: "허브 운영자", en: "Hub operator" }, at: "kisti", roles: ["hub-operator"] }],
]);

/** A demo account before its first sign-in; the embedded provider's subject is the account's name. */
export function demoClaims(account: string): MemberClaims | undefined {
  const known = demoAccounts.get(account);
  if (!known) return undefined;
  return {
    sub: account,
    preferred_username: account,
    email: `${account}@krdc.invalid`,
    krdc_name: known.name,
    krdc_organization: { id: known.at, name: institutes[known.at] },
    krdc_roles: known.roles,
  };
}

export const isHubOperator = (user: User) => user.roles.includes("hub-operator");
export const operates = (user: User, cluster: string) => user.roles.includes(`operator:${cluster}`);
export const provides = (user: User, cluster: string) => user.roles.includes(`provider:${cluster}`);

/** Who holds this machine's home secret; exists only behind a local proof. */
export const localUser = (roles: string[]): User => ({
  id: "00000000-0000-4000-8000-000000000000",
  account: "local",
  name: { ko: "이 기계", en: "This machine" },
  organization: nobody,
  roles,
  pseudonym: "local",
});

/** Cookies and API tokens are kept only so. */
export const hashOfSecret = (secret: string) => createHash("sha256").update(secret).digest("hex");

/** What an address bar gives may be anything; only this can name a row. */
export const isId = (text: string) => z.uuid().safeParse(text).success;
