/** How a framework is started by hand: its environment and the commands in order, as the hub answers them. */
export type HandStart = { environment: Record<string, string>; commands: string[] };

/** Between single quotes a shell takes everything as it stands, but a single quote. */
const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;

/** One text to paste into a POSIX shell; nothing in it is run but the commands. */
export const startScript = ({ environment, commands }: HandStart): string =>
  [...Object.entries(environment).map(([name, value]) => `export ${name}=${quoted(value)}`), ...commands].join("\n");
