export type Place = { x: number; y: number };
export type Size = { width: number; height: number };
export type Box = Place & Size;

const GAP = 20;

const besides = (a: Box, b: Box) => a.x + a.width + GAP <= b.x || b.x + b.width + GAP <= a.x;
const apart = (a: Box, b: Box) => a.y + a.height + GAP <= b.y || b.y + b.height + GAP <= a.y;

/** The place nearest to the wanted one, above or below it, where a box of this size touches no other. */
export function freePlace(wanted: Place, size: Size, taken: readonly Box[]): Place {
  const column = taken.filter((other) => !besides({ ...wanted, ...size }, other));
  const isFree = (y: number) => column.every((other) => apart({ x: wanted.x, y, ...size }, other));
  const edges = column.flatMap(({ y, height }) => [y - size.height - GAP, y + height + GAP]);
  const free = [wanted.y, ...edges].filter(isFree);
  const y = free.reduce((best, one) => (far(one, wanted.y) < far(best, wanted.y) ? one : best), free[0] ?? wanted.y);
  return { x: Math.round(wanted.x), y: Math.round(y) };
}

const far = (a: number, b: number) => Math.abs(a - b);

const MOST_BOXES = 500;

/** Pushes down whatever a grown neighbour would cover; who stands free stays where it is. */
export function withoutOverlaps(
  places: Record<string, Place>,
  sizes: ReadonlyMap<string, Size>,
): Record<string, Place> {
  const keys = Object.keys(places).filter((key) => sizes.has(key));
  if (keys.length > MOST_BOXES) return places;
  const settled: Box[] = [];
  const result = { ...places };
  const boxOf = (key: string): Box => ({ ...(places[key] ?? ORIGIN), ...(sizes.get(key) ?? NOTHING) });
  const boxes = keys.map((key) => ({ key, box: boxOf(key) })).sort((a, b) => a.box.y - b.box.y);
  for (const { key, box } of boxes) {
    const column = settled.filter((other) => !besides(box, other)).sort((a, b) => a.y - b.y);
    for (const other of column) if (!apart(box, other)) box.y = other.y + other.height + GAP;
    settled.push(box);
    result[key] = { x: box.x, y: box.y };
  }
  return result;
}

const ORIGIN: Place = { x: 0, y: 0 };
const NOTHING: Size = { width: 0, height: 0 };
