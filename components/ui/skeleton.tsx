import { cn } from "./class-names";

/** A quiet place holder of the shape that is coming; the region around it says `aria-busy`. */
export function Skeleton({ className }: { className?: string }) {
  return <div aria-hidden="true" className={cn("h-4 animate-pulse rounded-sm bg-soft", className)} />;
}

/** Rows of a list that is on its way. */
export function SkeletonRows({ rows = 5, label }: { rows?: number; label: string }) {
  const keys = Array.from({ length: rows }, (_, row) => `row-${row}`);
  return (
    <div aria-busy="true" role="status" className="grid gap-3">
      <span className="sr-only">{label}</span>
      {keys.map((key) => (
        <Skeleton key={key} className="h-10" />
      ))}
    </div>
  );
}
