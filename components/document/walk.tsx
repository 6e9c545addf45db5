type Spot = { id: string; x: number; y: number };
export type Direction = "ArrowLeft" | "ArrowRight" | "ArrowUp" | "ArrowDown";

const ahead: Record<Direction, (dx: number, dy: number) => { along: number; aside: number }> = {
  ArrowLeft: (dx, dy) => ({ along: -dx, aside: Math.abs(dy) }),
  ArrowRight: (dx, dy) => ({ along: dx, aside: Math.abs(dy) }),
  ArrowUp: (dx, dy) => ({ along: -dy, aside: Math.abs(dx) }),
  ArrowDown: (dx, dy) => ({ along: dy, aside: Math.abs(dx) }),
};

export const isDirection = (key: string): key is Direction => key in ahead;

/** The node that an arrow key leads to: the nearest one ahead, where straying aside counts double; else none. */
export function neighbourOf(spots: readonly Spot[], from: string, direction: Direction): string | undefined {
  const start = spots.find((spot) => spot.id === from);
  if (!start) return undefined;
  const reachable = spots.flatMap((spot) => {
    const { along, aside } = ahead[direction](spot.x - start.x, spot.y - start.y);
    return spot.id !== from && along > 0 ? [{ id: spot.id, cost: along + 2 * aside }] : [];
  });
  return reachable.sort((a, b) => a.cost - b.cost)[0]?.id;
}

/** Where the walk begins when nothing is chosen: the node furthest left, the upper one of two. */
export function firstOf(spots: readonly Spot[]): string | undefined {
  return [...spots].sort((a, b) => a.x - b.x || a.y - b.y)[0]?.id;
}
