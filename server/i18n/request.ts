import { cookies, headers } from "next/headers";
import { getRequestConfig } from "next-intl/server";
import { LANGUAGE_COOKIE, languageOf } from "./language";
import { messages } from "./messages";

export default getRequestConfig(async () => {
  const [jar, head] = await Promise.all([cookies(), headers()]);
  const locale = languageOf(jar.get(LANGUAGE_COOKIE)?.value, head.get("accept-language"));
  return { locale, messages: messages[locale], timeZone: "Asia/Seoul", now: new Date() };
});
