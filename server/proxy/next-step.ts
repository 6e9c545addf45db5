import type { ProxyAttempt } from "#server/protocol/proxy-api";

export type ProxyStep = "submit" | "watch" | "fetch" | "cancel";

/** Decides the next move for one attempt from what the proxy has seen. Pure, so every crash point can be replayed in a test. */
export function nextStep(view: ProxyAttempt, cancelTold: boolean): ProxyStep {
  // A call that may have arrived is made again first: only its answer tells what there is to cancel.
  if (view.submission !== "accepted") return "submit";
  if (view.remote === "ended") return "fetch";
  return view.isCancelRequested && !cancelTold ? "cancel" : "watch";
}
