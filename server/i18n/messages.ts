import type { Language } from "./language";
import { agreementsMessages } from "./messages/agreements";
import { appsMessages } from "./messages/apps";
import { clustersMessages } from "./messages/clusters";
import { frontMessages } from "./messages/front";
import { marketMessages } from "./messages/market";
import { parametersMessages } from "./messages/parameters";
import { reasonsMessages } from "./messages/reasons";
import { runsMessages } from "./messages/runs";
import { settingsMessages } from "./messages/settings";
import { shellMessages } from "./messages/shell";
import { statesMessages } from "./messages/states";
import { uiMessages } from "./messages/ui";
import { workflowsMessages } from "./messages/workflows";

const rooms = {
  agreements: agreementsMessages,
  apps: appsMessages,
  clusters: clustersMessages,
  front: frontMessages,
  market: marketMessages,
  parameters: parametersMessages,
  reasons: reasonsMessages,
  runs: runsMessages,
  settings: settingsMessages,
  shell: shellMessages,
  states: statesMessages,
  ui: uiMessages,
  workflows: workflowsMessages,
};

type Rooms = typeof rooms;
export type Messages = { [Room in keyof Rooms]: Rooms[Room]["ko"] };

const inOne = (language: Language) =>
  Object.fromEntries(Object.entries(rooms).map(([room, both]) => [room, both[language]])) as Messages;

/** Every sentence of the interface, by language and room. */
export const messages: Record<Language, Messages> = { ko: inOne("ko"), en: inOne("en") };

declare module "next-intl" {
  interface AppConfig {
    Locale: Language;
    Messages: Messages;
  }
}
