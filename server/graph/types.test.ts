import { describe, expect, test } from "vitest";
import { canConnect, mediaTypesMeet, type PortType, scatteredType } from "./types";

const port = (kind: PortType["kind"], more: Partial<PortType> = {}): PortType => ({ kind, list: false, ...more });
const list = (kind: PortType["kind"]) => port(kind, { list: true });
const folder = port("directory", { items: "file" });

describe("ports connect only where the values fit", () => {
  test.each<{ from: PortType; to: PortType; want: object }>([
    { from: port("file"), to: port("file"), want: { ok: true } },
    { from: port("integer"), to: port("number"), want: { ok: true } },
    { from: list("file"), to: port("file"), want: { ok: true, scatter: true } },
    { from: port("file"), to: list("file"), want: { ok: true } },
    { from: folder, to: port("directory"), want: { ok: true } },
    { from: folder, to: list("file"), want: { ok: true, takesFiles: true } },
    { from: folder, to: port("file"), want: { ok: true, takesFiles: true, scatter: true } },
    { from: port("directory"), to: list("file"), want: { ok: false, code: "type.kind_mismatch" } },
    { from: list("file"), to: folder, want: { ok: false, code: "type.kind_mismatch" } },
    { from: port("number"), to: port("integer"), want: { ok: false, code: "type.kind_mismatch" } },
    { from: port("integer"), to: port("string"), want: { ok: false, code: "type.kind_mismatch" } },
    { from: scatteredType(list("file")), to: list("file"), want: { ok: false, code: "type.nested_list" } },
    { from: { ...folder, list: true }, to: list("file"), want: { ok: false, code: "type.nested_list" } },
    { from: scatteredType(folder), to: list("directory"), want: { ok: true } },
    {
      from: port("file", { mediaType: "image/png" }),
      to: port("file", { mediaType: "text/csv" }),
      want: { ok: false, code: "type.media_mismatch" },
    },
  ])("$from.kind $from.list -> $to.kind $to.list", ({ from, to, want }) => {
    expect(canConnect(from, to)).toMatchObject(want);
  });

  test("a refusal says why in both languages", () => {
    const refusal = canConnect(port("string"), port("file", { mediaType: "text/csv" }));
    expect(refusal).toMatchObject({
      message: {
        en: "string cannot be connected to file (text/csv).",
        ko: "string을(를) file (text/csv)에 연결할 수 없습니다.",
      },
    });
  });

  test.each([
    [undefined, "text/csv", true],
    ["text/csv", undefined, true],
    ["text/csv", "text/*", true],
    ["text/csv; charset=utf-8", "TEXT/CSV", true],
    ["*/*", "image/png", true],
    ["text/plain", "text/csv", false],
    ["image/*", "text/*", false],
  ])("media types %s and %s meet: %s", (from, to, want) => {
    expect(mediaTypesMeet(from, to)).toBe(want);
  });
});
