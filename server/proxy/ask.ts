import { proxyEnv } from "#server/env";
import { isSocket, transportTo } from "#server/protocol/connection-transport";

const env = proxyEnv();
const transport = transportTo(env.PROXY_GATEWAY);
const base = `${isSocket(env.PROXY_GATEWAY) ? "http://gateway" : env.PROXY_GATEWAY}/v1/proxies/${env.PROXY_ID}`;
const headers = { authorization: `Bearer ${env.PROXY_TOKEN}` };

/** How long to wait before asking again, in milliseconds, after so many refusals. */
export const retryAfter = (refusals: number) => [200, 500, 1000, 2000][Math.min(refusals, 3)] ?? 2000;
export const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Our own gateway may be away for a while: then there is nothing to decide, and we ask again. */
export async function ask(method: "GET" | "POST", path: string, seconds: number): Promise<Response> {
  for (let tries = 0; ; tries += 1) {
    try {
      const signal = AbortSignal.timeout(seconds * 1000);
      const response = await transport(`${base}${path}`, { method, headers, signal });
      if (response.status < 500) return response;
    } catch {
      // Nothing to tell: the next try does.
    }
    await pause(retryAfter(tries));
  }
}
