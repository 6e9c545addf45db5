import { cn } from "#components/ui/class-names";

/** The mark: two clusters and the bridge between them. */
export function LogoMark({ className }: { className?: string }) {
  return (
    <svg viewBox="0 0 20 20" aria-hidden="true" className={cn("size-5 shrink-0", className)}>
      <rect width="20" height="20" rx="6" fill="var(--accent)" />
      <path d="M6.4 13.6 13.6 6.4" stroke="var(--on-accent)" strokeWidth="1.6" strokeDasharray="2.2 1.4" />
      <circle cx="6" cy="14" r="2.8" fill="var(--on-accent)" />
      <circle cx="14" cy="6" r="2.8" fill="var(--on-accent)" />
    </svg>
  );
}

export function Logo() {
  return (
    <span className="flex items-center gap-2 text-lg font-bold tracking-tight">
      <LogoMark />
      KRDC
    </span>
  );
}
