import type { Bilingual } from "#server/graph/text";
import type { FindResults } from "#server/protocol/portal-views";
import { ROOMS, type Room, type RoomGroup } from "./rooms";

/** One line of the palette. */
export type Found = {
  key: string;
  group: "pages" | "apps" | "workflows" | "runs";
  text: string;
  note: string;
  href: string;
};

type Words = { pick: (text: Bilingual) => string; room: (room: Room) => string; allApps: (q: string) => string };

/** Pages whose name holds the words, then what the hub found; with words, the last line leads to the market's own search. */
export function foundLines(q: string, groups: RoomGroup[], found: FindResults | undefined, words: Words): Found[] {
  const wanted = q.trim().toLowerCase();
  const pages = [...groups.flatMap((group) => group.rooms), "settings" as const]
    .map(
      (room): Found => ({
        key: `page-${room}`,
        group: "pages",
        text: words.room(room),
        note: "",
        href: ROOMS[room].href,
      }),
    )
    .filter((line) => line.text.toLowerCase().includes(wanted));
  if (wanted === "") return pages;
  const apps = (found?.apps ?? []).map((app): Found => {
    const path = `${app.cluster}/${app.name}`;
    return { key: `app-${path}`, group: "apps", text: words.pick(app.title), note: path, href: `/market/${path}` };
  });
  const workflows = (found?.workflows ?? []).map(
    ({ id, title }): Found => ({
      key: `wf-${id}`,
      group: "workflows",
      text: words.pick(title),
      note: "",
      href: `/workflows/${id}`,
    }),
  );
  const runs = (found?.runs ?? []).map(
    (run): Found => ({
      key: `run-${run.id}`,
      group: "runs",
      text: words.pick(run.title),
      note: `#${run.number}`,
      href: `/runs/${run.id}`,
    }),
  );
  const all: Found = {
    key: "all-apps",
    group: "pages",
    text: words.allApps(q.trim()),
    note: "",
    href: `/market?q=${encodeURIComponent(q.trim())}`,
  };
  return [...pages, ...apps, ...workflows, ...runs, all];
}
