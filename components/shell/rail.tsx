"use client";

import { Ellipsis } from "lucide-react";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "#components/ui/button";
import { cn } from "#components/ui/class-names";
import { Dialog } from "#components/ui/dialog";
import { isOpen, ROOMS, type Room, type RoomGroup } from "./rooms";

/** The rooms at the left of wide screens. */
export function Rail({ groups }: { groups: RoomGroup[] }) {
  const t = useTranslations("shell");
  return (
    <nav
      aria-label={t("rooms")}
      className="sticky top-(--frame-top) hidden h-room w-[216px] shrink-0 overflow-y-auto border-r border-line bg-card px-2.5 py-3.5 md:block"
    >
      <RoomLinks groups={groups} />
    </nav>
  );
}

function RoomLinks({ groups, onGo }: { groups: RoomGroup[]; onGo?: () => void }) {
  const t = useTranslations("shell");
  return groups.map(({ group, rooms }) => (
    <div key={group} className="mb-3.5">
      {group === "everybody" ? null : <p className="px-2.5 pb-1 text-xs font-semibold text-faint">{t(group)}</p>}
      <ul className="grid gap-0.5">
        {rooms.map((room) => (
          <li key={room}>
            <RoomLink room={room} {...(onGo ? { onGo } : {})} />
          </li>
        ))}
      </ul>
    </div>
  ));
}

function RoomLink({ room, onGo }: { room: Room; onGo?: () => void }) {
  const t = useTranslations("shell");
  const open = isOpen(room, usePathname());
  const { href, icon: Icon } = ROOMS[room];
  return (
    <Link
      href={href}
      aria-current={open ? "page" : undefined}
      {...(onGo ? { onClick: onGo } : {})}
      className={cn(
        "flex min-h-9 items-center gap-2.5 rounded-md px-2.5 text-dim hover:bg-soft hover:text-ink",
        open && "bg-accent-soft font-semibold text-accent hover:bg-accent-soft hover:text-accent",
      )}
    >
      <Icon aria-hidden="true" className="size-4" />
      {t(room)}
    </Link>
  );
}

const MAIN_ROOMS = 3;

/** The first rooms at the bottom of narrow screens; the others are one press away. */
export function BottomBar({ groups }: { groups: RoomGroup[] }) {
  const t = useTranslations("shell");
  const pathname = usePathname();
  const [more, setMore] = useState(false);
  const rooms = groups.flatMap((group) => group.rooms).slice(0, MAIN_ROOMS);
  return (
    <nav
      aria-label={t("rooms")}
      className="fixed inset-x-0 bottom-0 z-30 grid h-(--frame-bottom) grid-cols-4 border-t border-line bg-card md:hidden"
    >
      {rooms.map((room) => {
        const { href, icon: Icon } = ROOMS[room];
        const open = isOpen(room, pathname);
        return (
          <Link
            key={room}
            href={href}
            aria-current={open ? "page" : undefined}
            className={cn(
              "grid place-content-center justify-items-center text-xs text-dim",
              open && "font-semibold text-accent",
            )}
          >
            <Icon aria-hidden="true" className="size-5" />
            {t(room)}
          </Link>
        );
      })}
      <Button
        look="quiet"
        className="h-full flex-col gap-0 rounded-none text-xs font-normal"
        onClick={() => setMore(true)}
      >
        <Ellipsis aria-hidden="true" className="size-5" />
        {t("moreRooms")}
      </Button>
      <Dialog open={more} onOpenChange={setMore} title={t("rooms")}>
        <RoomLinks groups={groups} onGo={() => setMore(false)} />
        <RoomLink room="settings" onGo={() => setMore(false)} />
      </Dialog>
    </nav>
  );
}
