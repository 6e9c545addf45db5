import { z } from "zod";
import { refuse, words } from "./words";

/** What the bootstrap hands over: it alone reads the environment, so that this stays a function of its input. */
export type LaunchOptions = {
  env: Record<string, string | undefined>;
  root: string;
  home: string;
  bundles: string;
  portal: string | undefined;
  isDevelopment: boolean;
  write: (line: string) => void;
};

const optional = z.string().min(1).optional();
const names = z.object({
  PORT: z.coerce.number().int().min(1).max(65_535).default(3000),
  KRDC_HOST: z.string().min(1).default("127.0.0.1"),
  KRDC_DEMO: z.enum(["on", "off"]).default("on"),
  HUB_DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
  FRAMEWORK_DATABASE_URL_MATERIALS: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
  FRAMEWORK_DATABASE_URL_BIO: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
  OIDC_ISSUER: z.url().optional(),
  OIDC_CLIENT_ID: optional,
  OIDC_CLIENT_SECRET: optional,
});

export type DatabaseUrls = { hub: string; materials: string; bio: string };

export type LaunchSettings = {
  port: number;
  host: string;
  isDemo: boolean;
  databases: DatabaseUrls | undefined;
  identityProvider: { issuer: string; clientId: string; clientSecret: string } | undefined;
};

/** Empty values count as not given, as in a copied `.env`. */
export function readSettings(env: Record<string, string | undefined>): LaunchSettings {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ""));
  const parsed = names.safeParse(given);
  if (!parsed.success) {
    const [problem] = parsed.error.issues;
    throw refuse(words.badValue(String(problem?.path[0]), problem?.message ?? "is wrong"));
  }
  const values = parsed.data;
  return {
    port: values.PORT,
    host: values.KRDC_HOST,
    isDemo: values.KRDC_DEMO === "on",
    databases: databaseUrls(values),
    identityProvider: values.OIDC_ISSUER
      ? {
          issuer: values.OIDC_ISSUER,
          clientId: values.OIDC_CLIENT_ID ?? "krdc-portal",
          clientSecret: values.OIDC_CLIENT_SECRET ?? "",
        }
      : undefined,
  };
}

function databaseUrls(values: z.output<typeof names>): DatabaseUrls | undefined {
  const {
    HUB_DATABASE_URL: hub,
    FRAMEWORK_DATABASE_URL_MATERIALS: materials,
    FRAMEWORK_DATABASE_URL_BIO: bio,
  } = values;
  if (hub && materials && bio) return { hub, materials, bio };
  if (hub || materials || bio) throw refuse(words.databasesTogether());
  return undefined;
}
