"use client";

import { LogOut, Settings } from "lucide-react";
import Link from "next/link";
import { signOut } from "next-auth/react";
import { useTranslations } from "next-intl";
import { useBilingual } from "#components/marks/words";
import { Menu, MenuItem, MenuLine } from "#components/ui/menu";
import type { Person } from "#server/protocol/portal-views";

export function AccountMenu({ person }: { person: Person }) {
  const t = useTranslations("shell");
  const words = useBilingual();
  const name = words(person.name);
  return (
    <Menu
      trigger={
        <button
          type="button"
          aria-label={t("account", { name })}
          className="grid size-8 shrink-0 place-items-center rounded-full bg-accent-soft text-xs font-semibold text-accent"
        >
          <span aria-hidden="true">{[...name].slice(0, 2).join("")}</span>
        </button>
      }
    >
      <div className="max-w-64 px-2.5 py-1.5">
        <p className="font-semibold">{name}</p>
        <p className="text-xs text-dim">{words(person.organization.name)}</p>
        <p className="font-mono text-xs text-dim">{person.account}</p>
      </div>
      <MenuLine />
      <MenuItem asChild>
        <Link href="/settings">
          <Settings aria-hidden="true" />
          {t("settings")}
        </Link>
      </MenuItem>
      <MenuItem onSelect={() => signOut()}>
        <LogOut aria-hidden="true" />
        {t("signOut")}
      </MenuItem>
    </Menu>
  );
}
