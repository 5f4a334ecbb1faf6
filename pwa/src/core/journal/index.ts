/** The inspection journal: immutable statements, the chains they stand in, and the state they fold to. */
export * from "./types";
export { BadEntry, check, entryId, identify, rowId, seal } from "./entry";
export { BadRun, absent, checkRun, cover, covered, LONGEST_RUN, runBytes } from "./chain";
export { marksOver, ownLayers } from "./evidence";
export { fold } from "./fold";
export { differsAt, headsAt, headsOfRow } from "./naming";
export {
  reasonOf,
  removalsAt,
  settlements,
  traceOf,
  type EntryOf,
  type Removal,
  type Settlement,
  type Trace,
} from "./trace";
