"use client";

import { useTranslations } from "next-intl";
import { CopyButton } from "#components/marks/copy-button";
import { DateTime } from "#components/marks/time";
import { Chip } from "#components/ui/chip";
import { Table, Td, Th, Tr } from "#components/ui/table";
import type { AppPage } from "#server/protocol/portal-views";

/** Versions never change: each is known by the digest of its image. */
export function VersionTable({ versions, newest }: { versions: AppPage["versions"]; newest: string }) {
  const t = useTranslations("market");
  return (
    <Table label={t("versions")}>
      <thead>
        <tr>
          <Th>{t("column.version")}</Th>
          <Th>{t("column.digest")}</Th>
          <Th>{t("column.published")}</Th>
        </tr>
      </thead>
      <tbody>
        {versions.map(({ version, digest, publishedAt, state }) => (
          <Tr key={digest}>
            <Td>
              <span className="mr-2 font-mono">{version}</span>
              {version === newest ? <Chip look="ok">{t("newest")}</Chip> : null}
              {state === "WITHDRAWN" ? <Chip>{t("withdrawn")}</Chip> : null}
            </Td>
            <Td>
              <span className="inline-flex items-center gap-1 font-mono text-xs" title={digest}>
                {digest.slice(0, 19)}…
                <CopyButton text={digest} label={t("copyDigest", { version })} />
              </span>
            </Td>
            <Td>
              <DateTime at={publishedAt} />
            </Td>
          </Tr>
        ))}
      </tbody>
    </Table>
  );
}
