import { useTranslations } from "next-intl";
import { LookMark } from "#components/marks/state-mark";
import { Chip } from "#components/ui/chip";
import type { Permission } from "#server/protocol/portal-views";

const looks = {
  home: { chip: "ok", mark: "ok" },
  open: { chip: "ok", mark: "ok" },
  granted: { chip: "ok", mark: "ok" },
  request: { chip: "warn", mark: "need" },
  closed: { chip: "plain", mark: "off" },
} as const;

/** Whether the reader can run it now. */
export function PermissionChip({ permission }: { permission: Permission }) {
  const t = useTranslations("market");
  return (
    <Chip look={looks[permission].chip}>
      <LookMark look={looks[permission].mark} className="size-2.5" />
      {t(`permission.${permission}`)}
    </Chip>
  );
}

/** Whether a run can be started at all. */
export const mayRun = (permission: Permission): boolean =>
  permission === "home" || permission === "open" || permission === "granted";
