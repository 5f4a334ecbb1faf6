/**
 * The checklist engine: a checklist is data, evaluated identically on phone and server. The mirror of
 * server/core/checklist; shapes in types.ts, the language for authors in checklists/README.md.
 */
import { Checklist } from "./compiled";
import { narrate } from "./narrative";
import { basisTexts } from "./outcome";
import { Run } from "./run";
import type { BasisText, Compile, Context, Definition, Evaluation, Narrative, State } from "./types";

export { CannotCombine, combine } from "./combine";
export { Checklist } from "./compiled";
export { UNITS } from "./quantities";
export { draw, frameOf, rowId, sizeOf } from "./sample";
export type * from "./types";
export { Entries } from "./values";

/** Make a checklist ready for use; its expressions compile when they are first needed. */
export function compileChecklist(definition: Definition, compile: Compile): Checklist {
  return new Checklist(definition, compile);
}

/** What is visible, verdicts, findings, what is missing, the result. Pure; the same JSON as the server's. */
export function evaluate(checklist: Checklist, state: State, context: Context): Evaluation {
  return new Run(checklist, state, context).go().result();
}

/** The 现场检查笔录 as it stands. */
export function record(checklist: Checklist, state: State, context: Context): Narrative {
  return narrate(new Run(checklist, state, context).go());
}

/** The articles behind an item's `basis` as they stood on an ISO date: tap on the basis to read it. */
export function basisOn(definition: Definition, refs: readonly string[], on: string): BasisText[] {
  return basisTexts(definition.catalogues.laws, refs, on);
}
