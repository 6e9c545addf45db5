import { createHash, randomUUID } from "node:crypto";
import { createWriteStream } from "node:fs";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { isSafeName } from "#server/graph/checks/check-value";
import type { FileValue, Value } from "#server/graph/workflow";
import type { RunView } from "#server/protocol/run-view";
import { asJson, CliError, type Command, type CommandCall, textOption } from "../command";
import { segment } from "../portal";
import { readRun } from "./follow";

type Output = RunView["outputs"][number];
/** One file of an output and where it goes, relative to the folder of the fetch. */
type Target = { output: string; path: string; file: FileValue };

async function fetchResults(call: CommandCall): Promise<undefined> {
  const id = call.arguments[0] ?? "";
  const view = await readRun(call, id);
  const folder = textOption(call.options, "to") ?? id;
  const targets = view.outputs.flatMap(targetsOf);
  const values = view.outputs.filter(({ files, value }) => files.length === 0 && isPlain(value));
  if (targets.length + values.length === 0) throw new CliError("run.no_outputs", { state: view.state });
  for (const target of targets) {
    await fetchFile(call, id, target.file, join(folder, target.path));
    if (!call.isJson) call.io.write(`${join(folder, target.path)}\n`);
  }
  for (const { name, value } of values) await writeValue(join(folder, name, "value.json"), value);
  if (!call.isJson) return;
  const files = targets.map(({ output, path, file }) => ({
    output,
    path: join(folder, path),
    sha256: file.sha256,
    size: file.size,
  }));
  call.io.write(asJson({ id, files }));
}

const isPlain = (value: Value | null) => value !== null && foldersIn(value).length === 0;

const foldersIn = (value: Value | null) =>
  (Array.isArray(value) ? value : [value]).flatMap((element) =>
    typeof element === "object" && element !== null && element.kind === "directory" ? [element] : [],
  );

/** Folders keep their inner paths; files of the same name (from scattered instances) get a number. */
function targetsOf({ name: output, files, value }: Output): Target[] {
  const taken = new Set<string>();
  const folders = foldersIn(value);
  const inFolders = folders.flatMap((folder) => {
    const inner = folders.length > 1 ? `${freeName(folder.name, taken)}/` : "";
    return folder.files.map(({ path, ...file }) => ({ output, path: `${output}/${inner}${path}`, file }));
  });
  const single = folders.length > 0 ? [] : files;
  const all = [
    ...inFolders,
    ...single.map((file) => ({ output, path: `${output}/${freeName(file.name, taken)}`, file })),
  ];
  const unsafe = all.find(({ path }) => !path.split("/").every(isSafeName));
  if (unsafe) throw new CliError("fetch.unsafe_name", { name: unsafe.path });
  return all;
}

function freeName(name: string, taken: Set<string>): string {
  const dot = name.lastIndexOf(".");
  const [stem, end] = dot > 0 ? [name.slice(0, dot), name.slice(dot)] : [name, ""];
  let free = name;
  for (let number = 2; taken.has(free); number += 1) free = `${stem}-${number}${end}`;
  taken.add(free);
  return free;
}

/** The file appears under its name only when its content was proved. */
async function fetchFile({ portal }: CommandCall, run: string, file: FileValue, path: string): Promise<void> {
  const answer = await portal.open("GET", `/api/v1/runs/${segment(run)}/files/${file.sha256}`, {
    headers: { accept: "*/*" },
  });
  const part = join(dirname(path), `.${randomUUID()}.part`);
  const hash = createHash("sha256");
  const hashed = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      done(null, chunk);
    },
  });
  try {
    await mkdir(dirname(path), { recursive: true });
    const body = answer.body ?? new Blob([]).stream();
    await pipeline(
      Readable.fromWeb(body as Parameters<typeof Readable.fromWeb>[0]),
      hashed,
      createWriteStream(part, { flags: "wx" }),
    );
    if (hash.digest("hex") !== file.sha256) throw new CliError("fetch.wrong_digest", { path });
    await rename(part, path);
  } catch (error) {
    await rm(part, { force: true });
    throw error instanceof CliError ? error : notWritten(path, error);
  }
}

function notWritten(path: string, error: unknown): CliError {
  const why = error instanceof Error && "code" in error ? String(error.code) : String(error);
  return new CliError("file.not_written", { path, why });
}

async function writeValue(path: string, value: Value | null): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, `${JSON.stringify(value)}\n`);
  } catch (error) {
    throw notWritten(path, error);
  }
}

export const runFetchCommands: Command[] = [
  {
    name: "run fetch",
    usage: "run fetch ID [--to FOLDER]",
    help: {
      ko: "워크플로우 출력들을 FOLDER/<출력>/<파일>로 받고 내용을 확인합니다.",
      en: "Write each workflow output to FOLDER/<output>/<file>, its content verified.",
    },
    options: { to: { type: "string" } },
    least: 1,
    most: 1,
    run: fetchResults,
  },
];
