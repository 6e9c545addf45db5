import { lstat, readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { create } from "tar";
import { z } from "zod";
import { appWords, asJson, CliError, type Command, type CommandCall, neededOption, table, UsageError } from "./command";
import { parameterRows, parameterTable } from "./market";
import { segment } from "./portal";

const SKIPPED = new Set([".git", "__pycache__", "node_modules", ".venv", ".DS_Store"]);
const MAX_MEGABYTES = 200;
const WAIT_SECONDS = 20;

const reason = z.looseObject({ code: z.string(), detail: z.record(z.string(), z.unknown()).optional() });
const build = z.looseObject({
  id: z.string(),
  state: z.string(),
  app: z.string().nullish(),
  digest: z.string().nullish(),
  parameters: parameterRows.nullish(),
  version: z.looseObject({ parameters: parameterRows }).nullish(),
  reason: z.union([reason, z.string()]).nullish(),
  log: z.string(),
  logOffset: z.number(),
});
type Build = z.infer<typeof build>;
const myApps = z.looseObject({
  items: z.array(z.looseObject({ app: z.string(), state: z.string(), digest: z.string().nullish() })),
});

async function register({ arguments: [source = ""], options, portal, io, isJson }: CommandCall): Promise<undefined> {
  const cluster = neededOption(options, "cluster");
  if (/^(https?|git|ssh):\/\/|^git@/.test(source)) throw new CliError("app.git_not_available");
  const stream = await packFolder(source);
  const path = `/api/v1/clusters/${segment(cluster)}/builds`;
  const headers = { "content-type": "application/gzip" };
  const started = await portal.json("POST", path, z.looseObject({ id: z.string() }), { stream, headers });
  if (options.wait !== true) {
    io.write(isJson ? asJson(started) : `${started.id}\n`);
    return;
  }
  const ended = await followBuild({ portal, io }, `${path}/${segment(started.id)}`);
  if (ended.state !== "READY") throw failureOf(ended);
  const parameters = ended.parameters ?? ended.version?.parameters ?? [];
  const { id, state, app, digest } = ended;
  if (isJson) io.write(asJson({ id, state, app, digest, parameters }));
  else io.write(`${app}  ${digest}\n${parameterTable(parameters, io.env.language)}`);
}

/** Shows the build's log as it grows and returns when the build is over. */
async function followBuild({ portal, io }: Pick<CommandCall, "portal" | "io">, path: string): Promise<Build> {
  let offset = 0;
  for (;;) {
    const view = await portal.json("GET", `${path}?logOffset=${offset}&wait=${WAIT_SECONDS}`, build);
    if (view.log) io.note(view.log);
    const hasMore = view.logOffset > offset;
    offset = view.logOffset;
    if ((view.state === "READY" || view.state === "FAILED") && !hasMore) return view;
    if (!hasMore) await io.sleep(200);
  }
}

function failureOf({ reason: why }: Build): CliError {
  if (!why) return new CliError("build.failed");
  return typeof why === "string" ? new CliError(why) : new CliError(why.code, why.detail ?? {});
}

/** The folder as a gzipped tar, in a stable order; only files and folders, without what a build makes itself. */
async function packFolder(folder: string): Promise<Uint8Array> {
  const found = await lstat(folder).catch((error: NodeJS.ErrnoException) => {
    throw new CliError("file.not_readable", { path: folder, why: error.code });
  });
  if (!found.isDirectory()) throw new CliError("app.not_a_folder", { path: folder });
  const files = await listFiles(folder, ".");
  if (files.length === 0) throw new CliError("app.empty_folder", { path: folder });
  const packed = create({ cwd: folder, gzip: true, portable: true, noDirRecurse: true }, files);
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of packed) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > MAX_MEGABYTES * 1024 * 1024) throw new CliError("app.too_large", { limit: MAX_MEGABYTES });
  }
  return Buffer.concat(chunks);
}

async function listFiles(folder: string, inside: string): Promise<string[]> {
  const entries = await readdir(join(folder, inside), { withFileTypes: true });
  const kept = entries.filter(({ name }) => !(SKIPPED.has(name) || name.endsWith(".pyc")));
  const files: string[] = [];
  for (const entry of kept.sort((one, other) => (one.name < other.name ? -1 : 1))) {
    const path = `${inside}/${entry.name}`;
    if (entry.isDirectory()) files.push(...(await listFiles(folder, path)));
    else if (entry.isFile()) files.push(path);
    else throw new CliError("app.link_in_folder", { path: `${basename(folder)}${path.slice(1)}` });
  }
  return files;
}

async function listApps({ portal, io, isJson }: CommandCall): Promise<undefined> {
  const answer = await portal.json("GET", "/api/v1/my/apps", myApps);
  io.write(isJson ? asJson(answer) : table(answer.items.map((item) => [item.app, item.state, item.digest])));
}

async function publish({ arguments: [path = ""], portal, io, isJson }: CommandCall): Promise<undefined> {
  const { cluster, name, version } = appWords(path);
  if (!version)
    throw new UsageError({ ko: "버전까지 씁니다: 클러스터/앱@버전", en: "Name the version too: CLUSTER/APP@VERSION" });
  const address = `/api/v1/apps/${segment(cluster)}/${segment(name)}/versions/${segment(version)}/publish`;
  const answer = await portal.json("POST", address, z.looseObject({ app: z.string(), digest: z.string() }), {
    body: {},
  });
  io.write(isJson ? asJson(answer) : `${answer.app}  ${answer.digest}\n`);
}

export const appCommands: Command[] = [
  {
    name: "app register",
    usage: "app register FOLDER --cluster C [--wait]",
    help: {
      ko: "폴더의 프로그램을 클러스터에서 빌드해 앱으로 등록합니다. --wait: 기록을 보며 끝까지 기다립니다.",
      en: "Build the program in a folder on a cluster and register it. --wait: show the log and wait for the end.",
    },
    options: { cluster: { type: "string" }, wait: { type: "boolean" } },
    least: 1,
    most: 1,
    run: register,
  },
  {
    name: "app list",
    usage: "app list",
    help: { ko: "내가 등록한 앱을 봅니다.", en: "List the apps that you registered." },
    least: 0,
    most: 0,
    run: listApps,
  },
  {
    name: "app publish",
    usage: "app publish CLUSTER/APP@VERSION",
    help: { ko: "앱 버전을 마켓에 냅니다.", en: "Publish an app version to the market." },
    least: 1,
    most: 1,
    run: publish,
  },
];
