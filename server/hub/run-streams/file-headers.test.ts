import { describe, expect, test } from "vitest";
import { fileHeaders } from "./file-headers";

const headersOf = (name: string | undefined, preview: boolean) => fileHeaders({ name, preview, size: "3" });

describe("a stranger's file is a download, and a picture or text at most a preview", () => {
  test.each([
    { name: "plot.png", preview: true, type: "image/png", kind: "inline" },
    { name: "plot.png", preview: false, type: "application/octet-stream", kind: "attachment" },
    { name: "page.html", preview: true, type: "application/octet-stream", kind: "attachment" },
    { name: "picture.svg", preview: true, type: "application/octet-stream", kind: "attachment" },
    { name: "표.CSV", preview: true, type: "text/csv; charset=utf-8", kind: "inline" },
    { name: undefined, preview: true, type: "application/octet-stream", kind: "attachment" },
    { name: "constructor", preview: true, type: "application/octet-stream", kind: "attachment" },
  ])("$name ($preview) -> $kind", ({ name, preview, type, kind }) => {
    const headers = headersOf(name, preview);
    expect(headers.get("content-type")).toBe(type);
    expect(headers.get("content-disposition")).toMatch(new RegExp(`^${kind};`));
    expect(headers.get("content-security-policy")).toMatch(/^sandbox/);
    expect(headers.get("x-content-type-options")).toBe("nosniff");
  });
});

test("names with Korean, quotes, line ends and paths stay names", () => {
  const disposition = headersOf('../../"결과"\r\n 1.png', false).get("content-disposition");
  expect(disposition).toBe("attachment; filename=\"______ 1.png\"; filename*=UTF-8''_%EA%B2%B0%EA%B3%BC___%201.png");
});
