import type { Bilingual } from "#server/graph/text";
import type { Hub } from "../context";

/**
 * How a framework is started by hand with the process runtime: what its environment must say, the commands in order, and
 * both as one text to paste into a POSIX shell.
 */
export type HandStart = { environment: Record<string, string>; commands: string[]; script: string };

/** Between single quotes a shell takes everything as it stands, but a single quote. */
const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;

/** Nothing in it is run but the commands. */
export const scriptOf = ({ environment, commands }: Omit<HandStart, "script">): string =>
  [...Object.entries(environment).map(([name, value]) => `export ${name}=${quoted(value)}`), ...commands].join("\n");

/** Everything that the hub knows is filled in; what only the operator can know stands in angle brackets. */
export function handStartOf(
  hub: Pick<Hub, "url" | "signingKey">,
  { name, title, joinToken }: { name: string; title: Bilingual; joinToken: string },
): HandStart {
  const start = {
    environment: {
      FRAMEWORK_NAME: name,
      FRAMEWORK_TITLE_KO: title.ko,
      FRAMEWORK_TITLE_EN: title.en,
      FRAMEWORK_DATABASE_URL: "<postgres://user:password@host:port/database of its own>",
      FRAMEWORK_HOME: `<folder of its own, such as /srv/krdc/${name}>`,
      FRAMEWORK_HOST: "127.0.0.1",
      FRAMEWORK_PORT: "<free port>",
      FRAMEWORK_URL:
        "<address under which the hub and its peers reach it; behind NAT leave out address and port and set FRAMEWORK_LISTEN=off>",
      FRAMEWORK_OPERATOR_KEY_FILE: "<file with its operator's public key (JWK, P-256)>",
      FRAMEWORK_JOIN_TOKEN: joinToken,
      KRDC_HUB_URL: hub.url,
      HUB_JWKS_THUMBPRINT: hub.signingKey.kid,
      KRDC_BUILD: "<folder of the built programs: .build/bundles-… of this version>",
    },
    commands: [
      'DATABASE_URL="$FRAMEWORK_DATABASE_URL" node "$KRDC_BUILD/migrate.mjs" framework',
      'node "$KRDC_BUILD/framework.mjs"',
    ],
  };
  return { ...start, script: scriptOf(start) };
}
