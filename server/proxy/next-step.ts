import type { ProxyView } from "#server/protocol/proxy-api";

export type ProxyStep = "submit" | "watch" | "fetch" | "cancel" | "exit";

/** Decides the proxy's next move from what it has seen. Pure, so every crash point can be replayed in a test. */
export function nextStep(view: ProxyView, cancelTold: boolean): ProxyStep {
  if (view.isSettled) return "exit";
  // A call that may have arrived is made again first: only its answer tells what there is to cancel.
  if (view.submission !== "accepted") return "submit";
  if (view.remote === "ended") return "fetch";
  return view.isCancelRequested && !cancelTold ? "cancel" : "watch";
}
