"use client";

import { ExternalLink } from "lucide-react";
import type { ReactNode } from "react";

/** The owner's own page at a framework, which its gateway serves; undefined while no usable address is known. */
export function ownersDoor(gateway: string | null, path = ""): string | undefined {
  if (gateway === null || !URL.canParse(gateway)) return undefined;
  const { protocol, origin, pathname } = new URL(gateway);
  if (protocol !== "https:" && protocol !== "http:") return undefined;
  return `${origin}${pathname.replace(/\/$/, "")}/operator${path}`;
}

/** Leaves the portal: another sign-in, in another window. */
export function OwnersDoor({ href, children }: { href: string; children: ReactNode }) {
  return (
    <a
      href={href}
      target="_blank"
      rel="noopener noreferrer"
      className="inline-flex items-center gap-1 text-accent hover:underline"
    >
      {children}
      <ExternalLink aria-hidden="true" className="size-3.5 shrink-0" />
    </a>
  );
}
