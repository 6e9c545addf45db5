import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { basename, extname, join } from "node:path";
import { Readable, Transform } from "node:stream";
import { parseTypeName } from "#server/graph/types";
import { parseInputText, validateInputs } from "#server/graph/validate-workflow";
import {
  type DirectoryValue,
  type FileValue,
  fileValue,
  type Problem,
  type Value,
  type Workflow,
} from "#server/graph/workflow";
import { CliError, type Portal, UsageError } from "../command";
import { segment } from "../portal";

/** A file on this machine that an input needs; `path` is its place inside a folder input. */
type LocalFile = { source: string; path: string; value: FileValue };
type Upload = { input: string; isList: boolean; folders: { name: string; files: LocalFile[] }[]; files: LocalFile[] };

const MEDIA_TYPES: Record<string, string> = {
  ".csv": "text/csv",
  ".tsv": "text/tab-separated-values",
  ".txt": "text/plain",
  ".md": "text/markdown",
  ".json": "application/json",
  ".geojson": "application/geo+json",
  ".xml": "application/xml",
  ".png": "image/png",
  ".jpg": "image/jpeg",
  ".jpeg": "image/jpeg",
  ".svg": "image/svg+xml",
  ".pdf": "application/pdf",
};
const NOT_SENT_YET = "0".repeat(64);

/** Everything that can be wrong with `--set` and `--file` is found before the first byte is sent. */
export async function collectInputs(workflow: Workflow, texts: [string, string][], files: [string, string][]) {
  refuseRepeats(workflow, texts, files);
  const problems: Problem[] = [];
  const inputs: Record<string, Value> = {};
  for (const [name, text] of texts) {
    const input = Object.hasOwn(workflow.inputs, name) ? workflow.inputs[name] : undefined;
    const read = input ? parseInputText(input.type, text) : { value: text };
    if ("value" in read) inputs[name] = read.value;
    else problems.push({ ...read.problem, path: `inputs.${name}` });
  }
  const names = [...new Set(files.map(([name]) => name))];
  const pathsOf = (name: string) => files.filter(([other]) => other === name).map(([, path]) => path);
  const uploads = await Promise.all(names.map((name) => localUpload(workflow, name, pathsOf(name))));
  const all = { ...inputs, ...Object.fromEntries(uploads.map((upload) => [upload.input, uploadedValue(upload)])) };
  const told = new Set(problems.map(({ path }) => path));
  problems.push(...validateInputs(workflow, all).filter(({ path }) => !told.has(path)));
  return { inputs, uploads, problems };
}

function refuseRepeats(workflow: Workflow, texts: [string, string][], files: [string, string][]): void {
  const isList = (name: string) =>
    Object.hasOwn(workflow.inputs, name) ? workflow.inputs[name]?.type.endsWith("[]") : true;
  const single = [...texts.map(([name]) => name), ...files.map(([name]) => name).filter((name) => !isList(name))];
  const twice = single.find((name, at) => single.indexOf(name) < at);
  if (twice === undefined) return;
  throw new UsageError({ ko: `${twice} 값이 두 번 주어졌습니다.`, en: `${twice} is given twice.` });
}

async function localUpload(workflow: Workflow, input: string, paths: string[]): Promise<Upload> {
  const declared = Object.hasOwn(workflow.inputs, input) ? workflow.inputs[input]?.type : undefined;
  const { kind, list } = parseTypeName(declared ?? "file[]");
  const upload: Upload = { input, isList: list, folders: [], files: [] };
  for (const source of paths) {
    if (kind === "directory") upload.folders.push(await localFolder(source));
    else upload.files.push(await localFile(source, basename(source)));
  }
  return upload;
}

async function localFile(source: string, path: string): Promise<LocalFile> {
  const found = await stat(source).catch((error: NodeJS.ErrnoException) => {
    throw new CliError("file.not_readable", { path: source, why: error.code });
  });
  if (!found.isFile()) throw new CliError("file.not_readable", { path: source, why: "EISDIR" });
  const mediaType = MEDIA_TYPES[extname(source).toLowerCase()];
  const name = basename(source).normalize("NFC");
  const value: FileValue = {
    kind: "file",
    name,
    sha256: NOT_SENT_YET,
    size: found.size,
    ...(mediaType ? { mediaType } : {}),
  };
  return { source, path: path.normalize("NFC"), value };
}

async function localFolder(source: string): Promise<{ name: string; files: LocalFile[] }> {
  const entries = await readdir(source, { recursive: true, withFileTypes: true }).catch(
    (error: NodeJS.ErrnoException) => {
      throw new CliError("file.not_readable", { path: source, why: error.code });
    },
  );
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort();
  const files = await Promise.all(paths.map((path) => localFile(path, path.slice(join(source, "/").length))));
  return { name: basename(join(source)), files };
}

function uploadedValue({ isList, folders, files }: Upload): Value {
  const values = [...folders.map(folderValue), ...files.map(({ value }) => value)];
  return isList ? values : (values[0] ?? null);
}

const folderValue = ({ name, files }: { name: string; files: LocalFile[] }): DirectoryValue => ({
  kind: "directory",
  name,
  files: files.map(({ path, value }) => ({ ...value, path })),
});

/** Sends the files to the home cluster's store, one after another, and gives the values that stand for them. */
export async function uploadInputs(portal: Portal, home: string, uploads: Upload[]): Promise<Record<string, Value>> {
  const values: Record<string, Value> = {};
  for (const upload of uploads) {
    for (const file of [...upload.files, ...upload.folders.flatMap((folder) => folder.files)]) {
      file.value = await send(portal, home, file);
    }
    values[upload.input] = uploadedValue(upload);
  }
  return values;
}

async function send(portal: Portal, home: string, { source, value }: LocalFile): Promise<FileValue> {
  const hash = createHash("sha256");
  const counted = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      done(null, chunk);
    },
  });
  const stream = Readable.toWeb(
    createReadStream(source)
      .on("error", (error) => counted.destroy(error))
      .pipe(counted),
  );
  const path = `/api/v1/clusters/${segment(home)}/uploads?name=${segment(value.name)}`;
  const sent = await portal.json("PUT", path, fileValue, {
    stream: stream as ReadableStream<Uint8Array>,
    headers: { "content-type": value.mediaType ?? "application/octet-stream" },
  });
  if (sent.sha256 !== hash.digest("hex")) throw new CliError("upload.wrong_digest", { path: source });
  return sent;
}
