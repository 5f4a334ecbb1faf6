/** The next item that still asks for something, after the one where we are; null when nothing does. */
import type { Definition, Evaluation } from "@/core/checklist/types";
import { lackingItems } from "./lacking";

export interface OpenItem {
  section: string;
  code: string;
}

export function nextOpen(definition: Definition, evaluation: Evaluation, after: string): OpenItem | null {
  const wanting = lackingItems(evaluation);
  const visible = new Set(evaluation.visible);
  const all = definition.sections.flatMap((section) =>
    section.items
      .filter((item) => visible.has(item.code))
      .map((item) => ({ section: section.id, code: item.code })),
  );
  const here = all.findIndex((one) => one.code === after);
  const inOrder = [...all.slice(here + 1), ...all.slice(0, here + 1)];
  return inOrder.find((one) => wanting.has(one.code)) ?? null;
}
