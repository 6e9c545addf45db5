import type { IncomingMessage, ServerResponse } from "node:http";
import type { Provider } from "oidc-provider";
import { accountsFor, isPassword } from "./accounts";
import { languageOf, loginPage, notePage } from "./pages";
import { type IdentitySettings, pagePolicy } from "./provider";

const LARGEST_FORM_BYTES = 4_096;

/** The sign-in form of a pending request: shows it, checks the password, goes on to the portal. */
export async function answerInteraction(
  provider: Provider,
  settings: IdentitySettings,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const browser = request.headers["accept-language"];
  const details = await provider.interactionDetails(request, response).catch(() => undefined);
  if (details?.prompt.name !== "login") {
    send(response, 400, notePage(languageOf(details?.params.ui_locales, browser), "title", "gone"));
    return;
  }
  const accounts = accountsFor(settings.isDemo);
  const form = request.method === "POST" ? await readForm(request) : undefined;
  const chosen = accounts.find(({ id }) => id === (form?.get("account") ?? details.params.login_hint)) ?? accounts[0];
  if (form && chosen && isPassword(form.get("password") ?? "", settings.password)) {
    await provider.interactionFinished(request, response, { login: { accountId: chosen.id } });
    return;
  }
  const view = {
    language: languageOf(details.params.ui_locales, browser),
    action: `/interaction/${details.uid}`,
    accounts,
    chosen: chosen?.id ?? "",
    password: settings.isDemo ? settings.password : undefined,
    isWrong: form !== undefined,
  };
  send(response, form ? 401 : 200, loginPage(view));
}

export function send(response: ServerResponse, status: number, html: string): void {
  response.writeHead(status, {
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": pagePolicy(),
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
  });
  response.end(html);
}

async function readForm(request: IncomingMessage): Promise<URLSearchParams> {
  let body = "";
  for await (const chunk of request) {
    body += String(chunk);
    if (body.length > LARGEST_FORM_BYTES) break;
  }
  return new URLSearchParams(body.slice(0, LARGEST_FORM_BYTES));
}
