import { cpSync, existsSync, mkdirSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { copySampleData } from "../samples/copy-sample-data.js";
import { makeBuild, removeOldBuilds } from "./builds.js";
import { listSources, stampedHash } from "./hashing.js";
import { buildHeapMb, freeMemoryMb } from "./machine.js";
import { runCommand } from "./run-command.js";
import { Refusal, words } from "./words.js";

const SAMPLE_DATA = "server/launch/samples/data";

const SOURCES = [
  "app",
  "components",
  "server",
  "drizzle/hub",
  "public",
  SAMPLE_DATA,
  "proxy.ts",
  "instrumentation.ts",
  "next.config.js",
  "postcss.config.mjs",
  "postcss.config.js",
  "tsconfig.json",
  "package.json",
  "package-lock.json",
];

/** The walls keep these out of the portal, so a change of theirs never rebuilds it; only the sample data is copied into it. */
const ELSEWHERE =
  /^server\/(framework|proxy|cli|identity)(\/|$)|^server\/launch(?!\/samples\/data)(\/|$)|^drizzle\/hub\/migrations|\.(test|spec)\.tsx?$|^server\/db\/migrate/;

/** @param {string} root */
export function hasPortal(root) {
  return existsSync(join(root, "next.config.js")) && existsSync(join(root, "app"));
}

/** @param {string} root */
export function portalFolder(root) {
  const files = listSources(root, SOURCES, (path) => !ELSEWHERE.test(path));
  const hash = stampedHash(root, {
    files,
    facts: ["portal", process.versions.node, process.arch],
    stampFile: join(root, ".build/stamps/portal.json"),
  });
  return join(root, ".build", `portal-${hash}`);
}

/**
 * @param {string} root
 * @param {string} folder as portalFolder said
 * @param {(words: [string, string]) => void} note
 */
export async function buildPortal(root, folder, note) {
  const env = { ...process.env, NODE_ENV: "production", NEXT_TELEMETRY_DISABLED: "1", ...heapLimit(note) };
  const next = join(root, "node_modules/next/dist/bin/next");
  const { code, tail } = await runCommand(process.execPath, [next, "build"], { cwd: root, env });
  if (code !== 0) throw new Refusal(words.portal(), tail);
  await makeBuild(join(root, ".build"), folder.slice(folder.lastIndexOf("/") + 1), async (draft) => {
    const standalone = findStandalone(join(root, ".next/standalone"));
    if (!standalone) throw new Refusal(words.portal(), tail);
    cpSync(standalone, draft, { recursive: true, verbatimSymlinks: true });
    cpSync(join(root, ".next/static"), join(draft, ".next/static"), { recursive: true });
    if (existsSync(join(root, "public"))) cpSync(join(root, "public"), join(draft, "public"), { recursive: true });
    copySampleData(join(root, SAMPLE_DATA), join(draft, "public/samples"));
    mkdirSync(join(draft, ".next/cache"), { recursive: true });
  });
  removeOldBuilds(join(root, ".build"), "portal");
}

function heapLimit(note) {
  const freeMb = freeMemoryMb();
  const heapMb = buildHeapMb(freeMb);
  if (heapMb === undefined) return {};
  note(words.memory(freeMb, heapMb));
  return { NODE_OPTIONS: `--max-old-space-size=${heapMb}` };
}

/** Where a lock file stands above the checkout, Next repeats the path down to it. */
function findStandalone(folder) {
  const queue = [folder];
  for (let look = 0; queue.length > 0 && look < 200; look += 1) {
    const next = queue.shift();
    if (!existsSync(next)) continue;
    if (existsSync(join(next, "server.js"))) return dirname(join(next, "server.js"));
    for (const entry of readdirSync(next, { withFileTypes: true })) {
      if (entry.isDirectory() && entry.name !== "node_modules") queue.push(join(next, entry.name));
    }
  }
  return undefined;
}
