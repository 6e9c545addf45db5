import { createServer, type Server } from "node:http";
import { log } from "#server/log";
import { answerInteraction, send } from "./interactions";
import { languageOf, notePage } from "./pages";
import { createProvider, type IdentitySettings } from "./provider";

const LOOPBACK = "127.0.0.1";

/**
 * Listens on loopback and nowhere else, under the one issuer that the launcher gave: a call for another host name is
 * refused, so no page on the network can reach the demo accounts through a name of its own.
 */
export async function serveIdentity(folder: string, settings: IdentitySettings): Promise<Server> {
  const wanted = `http://${LOOPBACK}:${settings.port}`;
  if (settings.issuer !== wanted) throw new Error(`the issuer must be ${wanted}`);
  const provider = await createProvider(folder, settings);
  provider.on("server_error", (_, error) => log.error({ reason: error.message }, "a sign-in failed"));
  const answer = provider.callback();
  const server = createServer((request, response) => {
    // Two slashes and the like are no path of ours, and no reason to end.
    const pathname = pathOf(request.url, settings.issuer);
    if (pathname === undefined || request.headers.host !== new URL(settings.issuer).host) {
      send(response, 421, notePage(languageOf(undefined, request.headers["accept-language"]), "title", "failed"));
    } else if (pathname.startsWith("/interaction/")) {
      answerInteraction(provider, settings, request, response).catch((error: unknown) => {
        log.error({ reason: String(error) }, "a sign-in failed");
        response.destroy();
      });
    } else {
      answer(request, response);
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(settings.port, LOOPBACK, resolve);
  });
  return server;
}

function pathOf(url: string | undefined, issuer: string): string | undefined {
  return URL.canParse(url ?? "/", issuer) ? new URL(url ?? "/", issuer).pathname : undefined;
}
