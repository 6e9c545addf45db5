import { cpSync, existsSync, statSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { makeBuild, removeOldBuilds } from "./builds.js";
import { listSources, stampedHash } from "./hashing.js";
import { Refusal, words } from "./words.js";

/** Every program that runs outside Next, and the name of its one file. */
const ENTRIES = {
  launch: "server/launch/main.ts",
  framework: "server/framework/main.ts",
  proxy: "server/proxy/main.ts",
  krdc: "server/cli/main.ts",
  identity: "server/identity/main.ts",
  migrate: "server/db/migrate-main.ts",
};

const NO_SOURCE = /(^|\/)(__pycache__|\.venv|node_modules)$|\.(test|spec)\.tsx?$|\.pyc$/;

/** The programs' code may use require, as parts of pg and pino do. */
const BANNER = [
  'import { createRequire as krdcCreateRequire } from "node:module";',
  'import { dirname as krdcDirname } from "node:path";',
  'import { fileURLToPath as krdcFileUrlToPath } from "node:url";',
  "const require = krdcCreateRequire(import.meta.url);",
  "const krdcBundleFile = krdcFileUrlToPath(import.meta.url);",
  "const krdcBundleFolder = krdcDirname(krdcBundleFile);",
].join("\n");

/** @param {string} root */
export function bundlesFolder(root) {
  const files = listSources(
    root,
    ["server", "drizzle", "package.json", "package-lock.json", "tsconfig.json"],
    (path) => !NO_SOURCE.test(path),
  );
  const hash = stampedHash(root, {
    files,
    facts: ["bundles", process.versions.node, process.arch],
    stampFile: join(root, ".build/stamps/bundles.json"),
  });
  return join(root, ".build", `bundles-${hash}`);
}

/**
 * Builds under the build lock; returns the entries that do not exist (yet).
 * @param {string} root
 * @param {string} folder as bundlesFolder said
 * @param {(words: [string, string]) => void} note
 */
export async function buildBundles(root, folder, note) {
  const present = Object.entries(ENTRIES).filter(([, file]) => existsSync(join(root, file)));
  for (const [, file] of Object.entries(ENTRIES)) {
    if (!existsSync(join(root, file))) note(words.entryMissing(file));
  }
  await makeBuild(join(root, ".build"), folder.slice(folder.lastIndexOf("/") + 1), async (draft) => {
    await bundle(root, Object.fromEntries(present), draft);
    copyRuntimeFiles(root, draft);
  });
  removeOldBuilds(join(root, ".build"), "bundles");
}

/** A build that is used again counts as new. @param {string} folder */
export function touchBuild(folder) {
  const now = new Date();
  utimesSync(folder, now, now);
}

async function bundle(root, entryPoints, outdir) {
  const esbuild = await import("esbuild");
  try {
    await esbuild.build({
      absWorkingDir: root,
      entryPoints,
      outdir,
      outExtension: { ".js": ".mjs" },
      bundle: true,
      platform: "node",
      format: "esm",
      target: "node20",
      external: ["pg-native"],
      mainFields: ["module", "main"],
      banner: { js: BANNER },
      define: { __dirname: "krdcBundleFolder", __filename: "krdcBundleFile", "process.env.NODE_ENV": '"production"' },
      keepNames: true,
      legalComments: "none",
      logLevel: "silent",
    });
  } catch (error) {
    const messages = await esbuild.formatMessages(error.errors ?? [{ text: String(error) }], { kind: "error" });
    throw new Refusal(words.bundles(), messages.join("\n").split("\n").slice(-40).join("\n"));
  } finally {
    // Its own process would stay beside the services for as long as they run.
    await esbuild.stop();
  }
}

/** What the programs read at run time stands beside them, so they never look into the checkout. */
function copyRuntimeFiles(root, folder) {
  for (const building of ["hub", "framework"]) {
    copyIfThere(join(root, `drizzle/${building}/migrations`), join(folder, `drizzle/${building}/migrations`));
  }
  const python = join(root, "server/framework/runtime/process");
  copyIfThere(python, folder, (path) => path.endsWith(".py"));
  copyIfThere(join(root, "server/launch/samples"), join(folder, "samples"));
}

function copyIfThere(from, to, isWanted = () => true) {
  if (!existsSync(from)) return;
  const filter = (path) => !path.endsWith("__pycache__") && (statSync(path).isDirectory() || isWanted(path));
  cpSync(from, to, { recursive: true, filter });
}
