/**
 * Ends after this time, or with any of the others. Node 20 loses a timeout to which only another signal listens; here the
 * timer itself holds what it has to end.
 */
export function signalWithin(ms: number, ...others: AbortSignal[]): AbortSignal {
  const end = new AbortController();
  setTimeout(() => end.abort(new DOMException("the time is over", "TimeoutError")), ms).unref();
  return AbortSignal.any([end.signal, ...others]);
}
