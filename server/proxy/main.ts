import { proxyEnv } from "#server/env";
import { detachedExitCode, type ProxyAction, type ProxyView, proxyView } from "#server/protocol/proxy-api";
import { nextStep } from "./next-step";

const env = proxyEnv();
const base = `${env.PROXY_GATEWAY}/v1/proxies/${env.PROXY_ID}`;
const headers = { authorization: `Bearer ${env.PROXY_TOKEN}` };
const stopping = new AbortController();
const retryMs = [200, 500, 1000, 2000];
const repeatedCancelMs = 5000;

/** Detach, never cancel: whoever wants the remote step cancelled says so at the gateway. */
const detach = () => process.exit(detachedExitCode);
process.on("SIGTERM", detach);
process.on("SIGINT", detach);

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Our own gateway may be away for a while: then there is nothing to decide, and we ask again. */
async function ask(method: "GET" | "POST", path: string, seconds: number): Promise<Response> {
  for (let tries = 0; ; tries += 1) {
    try {
      const signal = AbortSignal.timeout(seconds * 1000);
      const response = await fetch(`${base}${path}`, { method, headers, signal });
      if (response.status < 500) return response;
    } catch {
      // Nothing to tell: the next try does.
    }
    await pause(retryMs[Math.min(tries, retryMs.length - 1)] ?? 2000);
  }
}

async function viewOf(response: Response): Promise<ProxyView> {
  // Another proxy stands for this attempt now, or nobody does: this one has nothing left to show.
  if (!response.ok) process.exit(detachedExitCode);
  return proxyView.parse(await response.json());
}

const look = async (known: string, wait: number) =>
  viewOf(await ask("GET", `/view?known=${encodeURIComponent(known)}&wait=${wait}`, wait + 15));
const act = async (action: ProxyAction) => viewOf(await ask("POST", `/${action}`, 900));

/** Prints the remote log to our own output, so that whoever reads this process reads the remote app. */
async function mirrorLog(offset: number, wait: number): Promise<number> {
  const response = await ask("GET", `/log?offset=${offset}&wait=${wait}`, wait + 60);
  if (!response.ok) return offset;
  const bytes = new Uint8Array(await response.arrayBuffer());
  if (bytes.length > 0) await new Promise((resolve) => process.stdout.write(bytes, resolve));
  return offset + bytes.length;
}

async function followLog(): Promise<void> {
  let offset = 0;
  while (!stopping.signal.aborted) {
    const next = await mirrorLog(offset, 10);
    if (next === offset) await pause(250);
    offset = next;
  }
  for (let next = await mirrorLog(offset, 0); next > offset; next = await mirrorLog(offset, 0)) offset = next;
}

/** Looks, decides, does it: one move of the proxy. */
class ProxyApp {
  #cancelToldAt = 0;
  #mirror: Promise<void> | undefined;
  #refusals = 0;

  async run(): Promise<number> {
    let view = await look("", 0);
    for (;;) {
      const step = nextStep(view, Date.now() - this.#cancelToldAt < repeatedCancelMs);
      if (view.submission === "accepted") this.#mirror ??= followLog();
      if (step === "exit") break;
      view = step === "watch" ? await look(view.version, view.isCancelRequested ? 2 : 20) : await this.#do(step, view);
    }
    stopping.abort();
    await this.#mirror;
    return view.exitCode ?? 1;
  }

  async #do(action: ProxyAction, before: ProxyView): Promise<ProxyView> {
    if (action === "cancel") this.#cancelToldAt = Date.now();
    const view = await act(action);
    // Refused for now (no hub, no host): the reason is shown at the step, and we ask again a little later.
    this.#refusals = view.version === before.version ? this.#refusals + 1 : 0;
    if (this.#refusals > 0) await pause(retryMs[Math.min(this.#refusals, retryMs.length - 1)] ?? 2000);
    return view;
  }
}

process.exit(await new ProxyApp().run());
