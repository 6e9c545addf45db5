import { readFileSync } from "node:fs";
import { join } from "node:path";
import { log } from "#server/log";
import { identitySettings } from "./provider";
import { serveIdentity } from "./serve";

const folder = process.argv[2] ?? ".";
const settings = identitySettings.parse(JSON.parse(readFileSync(join(folder, "settings.json"), "utf8")));
const server = await serveIdentity(folder, settings);
log.info({ issuer: settings.issuer }, "identity provider is ready");

const end = () => {
  server.close(() => process.exit(0));
  server.closeAllConnections();
};
process.on("SIGTERM", end);
process.on("SIGINT", end);

const launcher = process.ppid;
// A launcher that was killed takes nobody along; demo accounts must not outlive it.
setInterval(() => process.ppid !== launcher && end(), 5_000).unref();
