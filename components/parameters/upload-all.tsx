import type { UploadFile } from "#components/api/upload";
import type { Parameter } from "#server/graph/app";
import type { DirectoryValue, FileValue, Value } from "#server/graph/workflow";

export type Uploaded = { file: FileValue; path: string };

/** The path that the browser gives files of a chosen folder: `folder/inner/name`. */
const pathOf = (file: File): string => file.webkitRelativePath || file.name;

/** One after another, so that a slow line carries each whole instead of many halves. */
export async function uploadAll(
  files: readonly File[],
  uploadFile: UploadFile,
  onProgress: (name: string, share: number) => void,
): Promise<Uploaded[]> {
  const done: Uploaded[] = [];
  for (const file of files) {
    onProgress(file.name, 0);
    done.push({ file: await uploadFile(file, (share) => onProgress(file.name, share)), path: pathOf(file) });
  }
  return done;
}

/** The value that uploaded files make for a parameter: one file, more files of its list, or a folder. */
export function valueOfUploads(
  parameter: Pick<Parameter, "kind" | "list">,
  uploaded: readonly Uploaded[],
  held: readonly (FileValue | DirectoryValue)[],
): Value | undefined {
  const first = uploaded[0];
  if (!first) return undefined;
  if (parameter.kind === "directory") {
    const slash = first.path.indexOf("/");
    const name = slash > 0 ? first.path.slice(0, slash) : "folder";
    const files = uploaded.map(({ file, path }) => ({ ...file, path: path.slice(path.indexOf("/") + 1) }));
    const folder: DirectoryValue = { kind: "directory", name, files };
    return parameter.list ? [...held, folder] : folder;
  }
  return parameter.list ? [...held, ...uploaded.map(({ file }) => file)] : first.file;
}
