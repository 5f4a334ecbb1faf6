/** Which items still ask for something: what is counted wherever it is said how many are missing. */
import type { Evaluation } from "@/core/checklist/types";

/** Codes of items, each once however many of its rows or photos are missing; "" for the visit as a whole. */
export function lackingItems({ missing }: Pick<Evaluation, "missing">): ReadonlySet<string> {
  return new Set(missing.map((one) => one.code));
}
