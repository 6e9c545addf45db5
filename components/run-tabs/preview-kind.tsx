export type PreviewKind = "image" | "csv" | "tsv" | "json" | "text";

const BY_ENDING: Record<string, PreviewKind> = {
  png: "image",
  jpg: "image",
  jpeg: "image",
  gif: "image",
  webp: "image",
  csv: "csv",
  tsv: "tsv",
  json: "json",
  txt: "text",
  log: "text",
  md: "text",
  fasta: "text",
  fa: "text",
  cif: "text",
};

const BY_TYPE: readonly [RegExp, PreviewKind][] = [
  [/^image\/(png|jpeg|gif|webp)$/, "image"],
  [/^text\/csv$/, "csv"],
  [/^text\/tab-separated-values$/, "tsv"],
  [/^application\/(.+\+)?json$/, "json"],
  [/^text\/(?!html)/, "text"],
];

/** How a file can be shown: by its media type, else by the ending of its name. SVG and HTML may carry scripts: never. */
export function kindOfFile(file: { name: string; mediaType?: string | undefined }): PreviewKind | undefined {
  const type = file.mediaType?.split(";")[0]?.trim().toLowerCase() ?? "";
  const found = BY_TYPE.find(([pattern]) => pattern.test(type))?.[1];
  if (found && found !== "text") return found;
  const ending = file.name.slice(file.name.lastIndexOf(".") + 1).toLowerCase();
  return BY_ENDING[ending] ?? found;
}
