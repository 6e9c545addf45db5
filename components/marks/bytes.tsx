const UNITS = ["B", "kB", "MB", "GB", "TB", "PB"] as const;

/** Decimal units with at most three figures: 999 B, 1.2 kB, 34 MB. */
export function bytesText(bytes: number): string {
  let value = Math.max(0, bytes);
  let unit = 0;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const figures = unit === 0 || value >= 9.95 ? value.toFixed(0) : value.toFixed(1);
  return `${figures} ${UNITS[unit]}`;
}

export function Bytes({ value, className }: { value: number; className?: string }) {
  return <span className={className ?? "numbers whitespace-nowrap"}>{bytesText(value)}</span>;
}
