/**
 * Ends after this time, or with any of the others. Node 20 loses a timeout to which only another signal listens; here the
 * timer itself holds what it has to end.
 */
export const signalWithin = (ms: number, ...others: AbortSignal[]): AbortSignal => limitWithin(ms, ...others).signal;

/** The same for what may be over long before its time: `clear` leaves nothing behind. */
export function limitWithin(ms: number, ...others: AbortSignal[]): { signal: AbortSignal; clear: () => void } {
  const end = new AbortController();
  const timer = setTimeout(() => end.abort(new DOMException("the time is over", "TimeoutError")), ms).unref();
  return { signal: AbortSignal.any([end.signal, ...others]), clear: () => clearTimeout(timer) };
}
