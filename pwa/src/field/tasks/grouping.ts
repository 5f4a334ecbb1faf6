/** The order of the day: what may be done today, what came back, what is overdue, what comes later. */
import type { TaskCard } from "@/app/ports";

export type GroupKey = "returned" | "overdue" | "today" | "later" | "submitted" | "done";

export interface Group {
  key: GroupKey;
  cards: TaskCard[];
}

const ORDER: readonly GroupKey[] = ["today", "returned", "overdue", "later", "submitted", "done"];

export function groupOf(card: TaskCard, today: string): GroupKey {
  if (card.phase === "returned") return "returned";
  if (card.phase === "submitted") return "submitted";
  if (card.phase === "signed_off") return "done";
  if (card.task.window.to < today) return "overdue";
  return card.task.window.from > today ? "later" : "today";
}

/** Groups in order, empty ones left out; within a group the earliest end of the window first. */
export function grouped(cards: readonly TaskCard[], today: string): Group[] {
  return ORDER.map((key) => ({
    key,
    cards: cards
      .filter((card) => groupOf(card, today) === key)
      .sort((a, b) => inOrder(a.task.window.to, b.task.window.to) || inOrder(a.task.number, b.task.number)),
  })).filter((group) => group.cards.length > 0);
}

/** Dates and numbers: a language's own order of letters would load its tables for nothing. */
function inOrder(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
