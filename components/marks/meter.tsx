import { cn } from "#components/ui/class-names";

type Props = { used: number; limit: number; label: string; className?: string };

/** How much of a limit is used; turns to the warning colour when it is full. */
export function Meter({ used, limit, label, className }: Props) {
  const share = limit > 0 ? Math.min(1, used / limit) : 0;
  return (
    <span className={cn("inline-flex w-24", className)}>
      <meter min={0} max={Math.max(1, limit)} value={used} aria-label={label} className="sr-only" />
      <svg
        aria-hidden="true"
        viewBox="0 0 100 6"
        preserveAspectRatio="none"
        className={cn("h-1.5 w-full rounded-full bg-soft", share >= 1 ? "text-warn" : "text-accent")}
      >
        <rect width={share * 100} height="6" fill="currentColor" />
      </svg>
    </span>
  );
}

/** Work under way, from 0 to 1. */
export function Progress({ value, label, className }: { value: number; label: string; className?: string }) {
  const percent = Math.round(Math.min(1, Math.max(0, value)) * 100);
  return (
    <svg
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent}
      viewBox="0 0 100 6"
      preserveAspectRatio="none"
      className={cn("h-1.5 w-full rounded-full bg-soft text-accent", className)}
    >
      <rect width={percent} height="6" fill="currentColor" />
    </svg>
  );
}
