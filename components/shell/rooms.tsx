import { Boxes, FileSignature, Package, Play, Server, Settings, Workflow } from "lucide-react";

export const ROOMS = {
  market: { href: "/market", icon: Boxes },
  workflows: { href: "/workflows", icon: Workflow },
  runs: { href: "/runs", icon: Play },
  apps: { href: "/apps", icon: Package },
  agreements: { href: "/agreements", icon: FileSignature },
  clusters: { href: "/clusters", icon: Server },
  settings: { href: "/settings", icon: Settings },
} as const;

export type Room = keyof typeof ROOMS;
export type RoomGroup = { group: "everybody" | "owners" | "operators"; rooms: Room[] };

/** The rooms that a person's roles open, grouped as the rail shows them; everybody can follow their own agreements. */
export function roomsFor(roles: readonly string[]): RoomGroup[] {
  const isProvider = roles.some((role) => role.startsWith("provider:"));
  const isOperator = roles.some((role) => role === "hub-operator" || role.startsWith("operator:"));
  const isOwner = isProvider || isOperator;
  const owned: Room[] = isProvider ? ["apps", "agreements"] : ["agreements"];
  return [
    { group: "everybody", rooms: ["market", "workflows", "runs", ...(isOwner ? [] : (["agreements"] as const))] },
    ...(isOwner ? [{ group: "owners" as const, rooms: owned }] : []),
    ...(isOperator ? [{ group: "operators" as const, rooms: ["clusters" as const] }] : []),
  ];
}

/** A room is open on its own page and on every page below it. */
export const isOpen = (room: Room, pathname: string): boolean =>
  pathname === ROOMS[room].href || pathname.startsWith(`${ROOMS[room].href}/`);
