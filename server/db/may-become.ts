import { inArray, type SQL } from "drizzle-orm";
import type { AnyPgColumn } from "drizzle-orm/pg-core";
import { type Machine, type StateOf, sourcesOf } from "#server/protocol/transitions";

/** Rows whose state may become this one by the protocol's tables; every row where a change sets no state. */
export const mayBecome = <M extends Machine>(machine: M, column: AnyPgColumn, to: StateOf<M> | undefined) =>
  to === undefined ? undefined : (inArray(column, sourcesOf(machine, to)) as SQL);

/** To be thrown when no row was changed: a move that the tables do not know is our own bug, and undoes its transaction. */
export const forbiddenMove = (machine: Machine, to: string | undefined): TypeError =>
  new TypeError(`this ${machine} may not become ${to ?? "anything"}`);
