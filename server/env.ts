import { z } from "zod";

const postgresUrl = z.url({ protocol: /^postgres(ql)?$/ });
const json = z.string().transform((text, context) => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    context.addIssue("this must be JSON");
    return z.NEVER;
  }
});
const port = z.coerce.number().int().min(1).max(65535);

/** Another clock is a tool of tests: whoever sets one in earnest would break every bound that the protocol promises. */
const testClock = z
  .string()
  .optional()
  .refine((text) => !text || process.env.KRDC_TEST === "on", "KRDC_CLOCK is for tests only (KRDC_TEST=on)");

/** Ranges in CIDR form, separated by commas. */
const networks = z
  .string()
  .default("")
  .transform((text) =>
    text
      .split(",")
      .map((part) => part.trim())
      .filter(Boolean),
  )
  .pipe(z.array(z.union([z.cidrv4(), z.cidrv6()])));

const hub = z.object({
  HUB_DATABASE_URL: postgresUrl,
  KRDC_HUB_URL: z.url(),
  OIDC_ISSUER: z.url(),
  OIDC_CLIENT_ID: z.string().min(1),
  OIDC_CLIENT_SECRET: z.string().min(1),
  NEXTAUTH_SECRET: z.string().min(16),
  HUB_SIGNING_KEY: json,
  HUB_KEYS_FOLDER: z.string().min(1).optional(),
  PORTAL_KEY: json,
  SESSION_KEY: z.string().min(40),
  KRDC_HOME_ID: z.string().regex(/^[0-9a-f]{4,16}$/),
  KRDC_LOCAL_SECRET: z.string().min(32).optional(),
  KRDC_DEMO: z.enum(["on", "off"]).default("on"),
  KRDC_ALLOWED_ORIGINS: z.string().default(""),
  KRDC_ALLOW_NETWORKS: networks,
  KRDC_CLOCK: testClock,
});
export type HubEnv = z.output<typeof hub>;

let hubValues: HubEnv | undefined;
/** Read once at first use: a missing name stops the portal's first answer, never a build. */
export function hubEnv(): HubEnv {
  hubValues ??= hub.parse(process.env);
  return hubValues;
}

const named = z.object({
  FRAMEWORK_NAME: z.string().regex(/^[a-z][a-z0-9-]{0,30}$/),
  FRAMEWORK_TITLE_KO: z.string().default(""),
  FRAMEWORK_TITLE_EN: z.string().default(""),
  FRAMEWORK_DATABASE_URL: postgresUrl,
  FRAMEWORK_HOME: z.string().min(1),
  /** off: it opens no socket to the network, and takes its calls from hub and peers that it dials itself. */
  FRAMEWORK_LISTEN: z.enum(["on", "off"]).default("on"),
  FRAMEWORK_HOST: z.string().default("127.0.0.1"),
  FRAMEWORK_PORT: port.optional(),
  FRAMEWORK_URL: z.url().optional(),
  KRDC_HUB_URL: z.url(),
  HUB_JWKS_THUMBPRINT: z.string().min(40),
  FRAMEWORK_JOIN_TOKEN: z.string().optional(),
  FRAMEWORK_OPERATOR_KEY_FILE: z.string().min(1),
  FRAMEWORK_SLOTS: z.coerce.number().int().min(1).max(10_000).default(4),
  FRAMEWORK_PROXIES: z.coerce.number().int().min(1).max(1000).default(12),
  FRAMEWORK_LOG_BYTES: z.coerce
    .number()
    .int()
    .min(1024)
    .default(64 * 1024 * 1024),
  FRAMEWORK_OIDC_ISSUER: z.url().or(z.literal("")).optional(),
  FRAMEWORK_OIDC_CLIENT_ID: z.string().optional(),
  FRAMEWORK_OIDC_CLIENT_SECRET: z.string().optional(),
  KRDC_BUILD: z.string().min(1),
  KRDC_CLOCK: testClock,
  PATH: z.string().default("/usr/local/bin:/usr/bin:/bin"),
});
/** Without a socket there is neither port nor address, whatever is written there; with one both must be named. */
const withoutSocket = (given: unknown) => {
  const read = z.looseObject({ FRAMEWORK_LISTEN: z.literal("off") }).safeParse(given);
  return read.success ? { ...read.data, FRAMEWORK_PORT: undefined, FRAMEWORK_URL: undefined } : given;
};
const framework = z.preprocess(
  withoutSocket,
  named.refine(
    (read) => read.FRAMEWORK_LISTEN === "off" || (read.FRAMEWORK_PORT && read.FRAMEWORK_URL),
    "FRAMEWORK_PORT and FRAMEWORK_URL, or FRAMEWORK_LISTEN=off",
  ),
);
export type FrameworkEnv = z.output<typeof framework>;
export const frameworkEnv = (): FrameworkEnv => framework.parse(process.env);

/** Where tests put the names of the places at which a service is to die; nowhere outside of tests. */
export const failpointFolder = (): string | undefined =>
  process.env.KRDC_TEST === "on" ? process.env.KRDC_FAILPOINTS : undefined;

/** What a proxy app must know of a test, and nothing where there is none. */
export function failpointEnv(): Record<string, string> {
  const folder = failpointFolder();
  return folder ? { KRDC_TEST: "on", KRDC_FAILPOINTS: folder } : {};
}

const ownerCommand = z.object({
  FRAMEWORK_URL: z.string().default(""),
  FRAMEWORK_HOME: z.string().default(""),
  FRAMEWORK_OPERATOR_KEY_FILE: z.string().default(""),
  LANG: z.string().default("en"),
});
/** What the owner's commands know without being told; all of it can stand on the command line instead. */
export const ownerCommandEnv = () => {
  const read = ownerCommand.parse(process.env);
  return {
    url: read.FRAMEWORK_URL,
    home: read.FRAMEWORK_HOME,
    operatorKeyFile: read.FRAMEWORK_OPERATOR_KEY_FILE,
    language: read.LANG.startsWith("ko") ? ("ko" as const) : ("en" as const),
  };
};

/** Names with which pip finds its index; a build hands on these and nothing else of our environment. */
export function pipEnv(): Record<string, string> {
  const names = /^(PIP_[A-Z_]+|https?_proxy|HTTPS?_PROXY|NO_PROXY|no_proxy|SSL_CERT_FILE|REQUESTS_CA_BUNDLE|HOME)$/;
  return Object.fromEntries(
    Object.entries(process.env).filter(
      (entry): entry is [string, string] => names.test(entry[0]) && entry[1] !== undefined,
    ),
  );
}

const proxy = z.object({ PROXY_GATEWAY: z.url(), PROXY_TOKEN: z.string().min(20), PROXY_ID: z.string().min(1) });
export const proxyEnv = () => proxy.parse(process.env);

const migrate = z.object({ DATABASE_URL: postgresUrl, KRDC_BUILD: z.string().optional() });
export const migrateEnv = () => migrate.parse(process.env);

const cli = z.object({
  KRDC_TOKEN: z.string().optional(),
  KRDC_PORTAL: z.url().optional(),
  KRDC_HOME: z.string().optional(),
  PORT: port.default(3000),
  LANG: z.string().default("en"),
  NO_COLOR: z.string().optional(),
});
export const cliEnv = () => {
  const read = cli.parse(process.env);
  return {
    portal: read.KRDC_PORTAL,
    token: read.KRDC_TOKEN,
    home: read.KRDC_HOME ?? ".krdc",
    port: read.PORT,
    language: read.LANG.startsWith("ko") ? ("ko" as const) : ("en" as const),
    noColour: read.NO_COLOR !== undefined,
  };
};
