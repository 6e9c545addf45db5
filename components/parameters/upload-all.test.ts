import { describe, expect, test } from "vitest";
import type { FileValue } from "#server/graph/workflow";
import { uploadAll, valueOfUploads } from "./upload-all";

const aFile = (name: string): FileValue => ({ kind: "file", name, sha256: name.padEnd(64, "0"), size: 1 });
const up = (path: string) => ({ file: aFile(path.split("/").at(-1) ?? path), path });

describe("uploaded files become the parameter's value", () => {
  test("a single file replaces the one before", () => {
    expect(valueOfUploads({ kind: "file", list: false }, [up("b.csv")], [aFile("a.csv")])).toEqual(aFile("b.csv"));
  });

  test("files of a list are put behind the others", () => {
    expect(valueOfUploads({ kind: "file", list: true }, [up("b"), up("c")], [aFile("a")])).toEqual(
      ["a", "b", "c"].map(aFile),
    );
  });

  test("a folder keeps its name and the paths inside it", () => {
    expect(valueOfUploads({ kind: "directory", list: false }, [up("자료/x.txt"), up("자료/안/y.txt")], [])).toEqual({
      kind: "directory",
      name: "자료",
      files: [
        { ...aFile("x.txt"), path: "x.txt" },
        { ...aFile("y.txt"), path: "안/y.txt" },
      ],
    });
  });

  test("nothing uploaded changes nothing", () => {
    expect(valueOfUploads({ kind: "file", list: true }, [], [aFile("a")])).toBeUndefined();
  });
});

test("files go one after another, and a failure stops before the next", async () => {
  const seen: string[] = [];
  const upload = async (file: File) => {
    seen.push(file.name);
    if (file.name === "2") throw new Error("refused");
    return aFile(file.name);
  };
  const files = ["1", "2", "3"].map((name) => new File(["x"], name));
  await expect(uploadAll(files, upload, () => undefined)).rejects.toThrow("refused");
  expect(seen).toEqual(["1", "2"]);
});
