import { z } from "zod";
import { type Bilingual, inLanguage } from "#server/graph/text";
import { appWords, asJson, type Command, type CommandCall, table, textOption } from "./command";
import { segment } from "./portal";

const MAX_PAGES = 50;
const text = z.object({ ko: z.string(), en: z.string() });
const card = z.looseObject({ cluster: z.string(), name: z.string(), version: z.string(), title: text, summary: text });
const cards = z.looseObject({ items: z.array(card), next: z.string().nullish() });
const parameterRow = z.looseObject({
  name: z.string(),
  kind: z.string(),
  list: z.boolean(),
  port: z.string(),
  required: z.boolean(),
  mediaType: z.string().optional(),
  default: z.unknown().optional(),
  help: text,
});
type ParameterRow = z.infer<typeof parameterRow>;
const appFields = card.extend({
  digest: z.string(),
  licence: z.string(),
  parameters: z.array(parameterRow),
  access: z.looseObject({ remote: z.string(), download: z.string() }),
});
const version = z.looseObject({
  version: z.string(),
  digest: z.string(),
  publishedAt: z.string().nullable(),
  state: z.string(),
});
const appPage = z.looseObject({ app: appFields, versions: z.array(version) });
export const parameterRows = z.array(parameterRow);

async function search({ arguments: words, options, portal, io, isJson }: CommandCall): Promise<undefined> {
  const cluster = textOption(options, "cluster");
  const items: z.infer<typeof card>[] = [];
  let next: string | null = null;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const query = new URLSearchParams({
      q: words.join(" "),
      ...(cluster ? { cluster } : {}),
      ...(next ? { cursor: next } : {}),
    });
    const answer = await portal.json("GET", `/api/v1/apps?${query}`, cards);
    items.push(...answer.items);
    next = answer.next ?? null;
    if (next === null) break;
  }
  io.write(isJson ? asJson({ items, next }) : table(items.map((item) => cardRow(item, io.env.language))));
}

function cardRow(item: z.infer<typeof card>, language: "ko" | "en"): string[] {
  const { cluster, name, title, summary } = item;
  return [`${cluster}/${name}@${item.version}`, inLanguage(title, language), inLanguage(summary, language)];
}

async function show({ arguments: [path = ""], portal, io, isJson }: CommandCall): Promise<undefined> {
  const { cluster, name } = appWords(path);
  const page = await portal.json("GET", `/api/v1/apps/${segment(cluster)}/${segment(name)}`, appPage);
  if (isJson) return io.write(asJson(page)) as undefined;
  const { app, versions } = page;
  const { language } = io.env;
  io.write(
    `${cluster}/${name}@${app.version}  ${inLanguage(app.title, language)}\n${inLanguage(app.summary, language)}\n`,
  );
  io.write(`${app.digest}  ${app.licence}  remote ${app.access.remote}, download ${app.access.download}\n\n`);
  io.write(parameterTable(app.parameters, language));
  io.write(`\n${table(versions.map((row) => [row.version, row.state, row.publishedAt, row.digest]))}`);
}

/** The parameters of an app as a person reads them, one line each. */
export function parameterTable(parameters: ParameterRow[], language: "ko" | "en"): string {
  const word: Bilingual = { ko: "필수", en: "required" };
  return table(
    parameters.map((row) => [
      row.port,
      row.name,
      `${row.kind}${row.list ? "[]" : ""}${row.mediaType ? ` ${row.mediaType}` : ""}`,
      row.required ? inLanguage(word, language) : presetText(row.default),
      inLanguage(row.help, language),
    ]),
  );
}

const presetText = (preset: unknown) => (preset === undefined || preset === null ? "" : `= ${JSON.stringify(preset)}`);

export const marketCommands: Command[] = [
  {
    name: "market search",
    usage: "market search TEXT [--cluster C]",
    help: { ko: "마켓에서 앱을 찾습니다.", en: "Find apps in the market." },
    options: { cluster: { type: "string" } },
    least: 0,
    most: 100,
    run: search,
  },
  {
    name: "market show",
    usage: "market show CLUSTER/APP",
    help: { ko: "앱의 파라미터와 버전을 봅니다.", en: "Show an app, its parameters and versions." },
    least: 1,
    most: 1,
    run: show,
  },
];
