/** How a service reads the time: `scale` shortens the protocol's waiting times, `offset` shifts the wall clock. */
export type Clock = { now: () => Date; scale: number };

/** From `scale=20,offset=-30` (seconds): a stand-in for other clocks and long waits, for tests only. */
export function clockOf(text: string | undefined): Clock {
  if (!text) return { now: () => new Date(), scale: 1 };
  const read = Object.fromEntries(text.split(",").map((part) => part.split("=")));
  const [scale, offset] = [Number(read.scale ?? 1), Number(read.offset ?? 0)];
  if (!(scale > 0) || !Number.isFinite(offset)) throw new TypeError("KRDC_CLOCK is scale=NUMBER,offset=SECONDS");
  return { now: () => new Date(Date.now() + offset * 1000), scale };
}
