"use client";

import { createContext, type ReactNode, useContext } from "react";
import type { Person } from "#server/protocol/portal-views";

const PersonContext = createContext<Person | null>(null);

export function PersonProvider({ person, children }: { person: Person; children: ReactNode }) {
  return <PersonContext value={person}>{children}</PersonContext>;
}

/** Who is signed in. */
export function usePerson(): Person {
  const person = useContext(PersonContext);
  if (!person) throw new Error("only rooms behind sign-in know the person");
  return person;
}
