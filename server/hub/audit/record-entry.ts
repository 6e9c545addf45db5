/** The hub's verbs note their decisions by the verb that both buildings share. */
export { recordEntry } from "#server/audit/record-entry";
