"use client";

import { useTranslations } from "next-intl";
import { useState, useTransition } from "react";
import { DueTime, RelativeTime } from "#components/marks/time";
import { useReason } from "#components/marks/words";
import { Button } from "#components/ui/button";
import { Section } from "#components/ui/card";
import { ConfirmDialog } from "#components/ui/dialog";
import { EmptyState } from "#components/ui/empty-state";
import { Table, Td, Th, Tr } from "#components/ui/table";
import { useTell } from "#components/ui/toast";
import type { ActionResult } from "#server/auth/action";
import type { ApiTokenRow } from "#server/hub/tokens/create-api-token";
import { type CreateToken, NewToken } from "./new-token";

export type TokenProps = {
  tokens: ApiTokenRow[];
  createToken: CreateToken;
  revokeToken: (input: { id: string }) => Promise<ActionResult<unknown>>;
};

export function Tokens({ tokens, createToken, revokeToken }: TokenProps) {
  const t = useTranslations("settings");
  const make = <NewToken createToken={createToken} />;
  return (
    <Section title={t("tokens")} aside={tokens.length > 0 ? make : null}>
      <p className="mb-2 text-sm text-dim">{t("tokensText")}</p>
      {tokens.length === 0 ? (
        <EmptyState title={t("noTokens")} actions={make} className="py-6" />
      ) : (
        <Table label={t("tokens")}>
          <thead>
            <tr>
              <Th>{t("column.name")}</Th>
              <Th>{t("column.used")}</Th>
              <Th>{t("column.until")}</Th>
              <Th>{t("column.what")}</Th>
            </tr>
          </thead>
          <tbody>
            {tokens.map((row) => (
              <TokenLine key={row.id} row={row} revokeToken={revokeToken} />
            ))}
          </tbody>
        </Table>
      )}
    </Section>
  );
}

function TokenLine({ row, revokeToken }: { row: ApiTokenRow; revokeToken: TokenProps["revokeToken"] }) {
  const t = useTranslations("settings");
  const tell = useTell();
  const reason = useReason();
  const [asking, setAsking] = useState(false);
  const [busy, start] = useTransition();
  const revoke = () =>
    start(async () => {
      const result = await revokeToken({ id: row.id });
      setAsking(false);
      if (result.ok) tell(t("tokenRevoked"), "ok");
      else tell(reason(result.reason, result.detail), "bad");
    });
  return (
    <Tr>
      <Td className="font-medium">{row.name}</Td>
      <Td>{row.lastUsedAt ? <RelativeTime at={row.lastUsedAt} /> : t("neverUsed")}</Td>
      <Td>
        <DueTime at={row.expiresAt} />
      </Td>
      <Td>
        <Button look="danger" size="sm" onClick={() => setAsking(true)}>
          {t("revokeToken")}
        </Button>
        <ConfirmDialog
          open={asking}
          onOpenChange={setAsking}
          title={t("revokeTokenTitle", { name: row.name })}
          confirm={t("revokeToken")}
          onConfirm={revoke}
          busy={busy}
          danger
        >
          <p className="pb-3">{t("revokeTokenText")}</p>
        </ConfirmDialog>
      </Td>
    </Tr>
  );
}
