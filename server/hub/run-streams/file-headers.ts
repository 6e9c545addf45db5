/** The only types that a browser may show in the page itself; anything else is a download. */
const shownInline = new Map([
  ["png", "image/png"],
  ["jpg", "image/jpeg"],
  ["jpeg", "image/jpeg"],
  ["gif", "image/gif"],
  ["webp", "image/webp"],
  ["txt", "text/plain; charset=utf-8"],
  ["log", "text/plain; charset=utf-8"],
  ["csv", "text/csv; charset=utf-8"],
  ["tsv", "text/tab-separated-values; charset=utf-8"],
  ["json", "application/json"],
]);

const extensionOf = (name: string) => name.slice(name.lastIndexOf(".") + 1).toLowerCase();

/** Without path, control characters and quotes; never empty. */
function plainName(name: string | undefined): string {
  const last = (name ?? "").split(/[/\\]/).at(-1) ?? "";
  return [...last.replace(/[\p{Cc}"]/gu, "_")].slice(0, 200).join("") || "result";
}

/** RFC 6266: a plain ASCII name for old readers, the true one in UTF-8. */
function dispositionOf(kind: "inline" | "attachment", name: string): string {
  const ascii = name.replace(/[^\x20-\x7e]|[%;]/g, "_");
  const utf8 = encodeURIComponent(name).replace(
    /['()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `${kind}; filename="${ascii}"; filename*=UTF-8''${utf8}`;
}

/** Headers under which a stranger's bytes can do nothing in our origin. */
export function fileHeaders(given: { name: string | undefined; preview: boolean; size: string | null }): Headers {
  const name = plainName(given.name);
  const inline = given.preview ? shownInline.get(extensionOf(name)) : undefined;
  const headers = new Headers({
    "content-type": inline ?? "application/octet-stream",
    "content-disposition": dispositionOf(inline ? "inline" : "attachment", name),
    "x-content-type-options": "nosniff",
    "content-security-policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "private, no-store",
  });
  if (given.size !== null && /^\d+$/.test(given.size)) headers.set("content-length", given.size);
  return headers;
}
