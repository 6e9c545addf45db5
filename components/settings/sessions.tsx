"use client";

import { useTranslations } from "next-intl";
import { useTransition } from "react";
import { RelativeTime } from "#components/marks/time";
import { useReason } from "#components/marks/words";
import { Button } from "#components/ui/button";
import { Section } from "#components/ui/card";
import { Table, Td, Th, Tr } from "#components/ui/table";
import { useTell } from "#components/ui/toast";
import type { ActionResult } from "#server/auth/action";
import type { SessionRow } from "#server/hub/sessions/list-sessions";
import { browserName } from "./browser-name";

export type SessionProps = {
  sessions: SessionRow[];
  endSession: (input: { id: string }) => Promise<ActionResult<unknown>>;
};

export function Sessions({ sessions, endSession }: SessionProps) {
  const t = useTranslations("settings");
  return (
    <Section title={t("sessions")}>
      <p className="mb-2 text-sm text-dim">{t("sessionsText")}</p>
      {sessions.length === 0 ? (
        <p className="text-dim">{t("noSessions")}</p>
      ) : (
        <Table label={t("sessions")}>
          <thead>
            <tr>
              <Th>{t("column.place")}</Th>
              <Th>{t("column.since")}</Th>
              <Th>{t("column.used")}</Th>
              <Th>{t("column.what")}</Th>
            </tr>
          </thead>
          <tbody>
            {sessions.map((row) => (
              <SessionLine key={row.id} row={row} endSession={endSession} />
            ))}
          </tbody>
        </Table>
      )}
    </Section>
  );
}

function SessionLine({ row, endSession }: { row: SessionRow; endSession: SessionProps["endSession"] }) {
  const t = useTranslations("settings");
  const tell = useTell();
  const reason = useReason();
  const [busy, start] = useTransition();
  const name = browserName(row.userAgent);
  const end = () =>
    start(async () => {
      const result = await endSession({ id: row.id });
      if (result.ok) tell(t("sessionEnded"), "ok");
      else tell(reason(result.reason, result.detail), "bad");
    });
  return (
    <Tr>
      <Td title={row.userAgent ?? undefined}>{name ? t("browserOn", name) : t("unknownBrowser")}</Td>
      <Td>
        <RelativeTime at={row.createdAt} />
      </Td>
      <Td>
        <RelativeTime at={row.seenAt} />
      </Td>
      <Td>
        <Button look="danger" size="sm" busy={busy} onClick={end}>
          {t("endSession")}
        </Button>
      </Td>
    </Tr>
  );
}
