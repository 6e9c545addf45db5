/** Whether a browser sent this from our own pages; a caller that is no browser sends neither header. */
export function isFromOurPages(headers: Headers, hubUrl: string): boolean {
  const site = headers.get("sec-fetch-site");
  if (site !== null && site !== "same-origin" && site !== "none") return false;
  const origin = headers.get("origin");
  if (origin !== null) return origin === new URL(hubUrl).origin;
  return site !== null;
}

/** A path on this origin to return to, or the front; never another origin, however it is spelled. */
export function safeReturn(from: string | null | undefined): string {
  if (!from || from.length > 2000 || !/^\/(?![/\\])[^\\\p{Cc}]*$/u.test(from)) return "/";
  return from;
}
