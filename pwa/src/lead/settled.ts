/** How differences between the two phones were settled: every statement that named several different ones. */
import { canonical } from "@/core/canonical";
import type { Comment, Entry } from "@/core/journal/types";

export interface Settlement {
  entry: Entry;
  /** What stood side by side before, oldest first. */
  sides: Entry[];
  /** The comment made with it: the reason. */
  reason: string | null;
}

const CONTENT = new Set(["answer", "row", "finding"]);

export function settlements(entries: readonly Entry[], comments: readonly Comment[]): Settlement[] {
  const byId = new Map(entries.map((entry) => [entry.id, entry]));
  return entries.flatMap((entry) => {
    if (!CONTENT.has(entry.kind) || entry.replaces.length < 2) return [];
    const sides = entry.replaces
      .flatMap((id) => byId.get(id) ?? [])
      .filter((one) => one.path === entry.path && one.kind === entry.kind)
      .sort((a, b) => a.at.localeCompare(b.at));
    if (new Set(sides.map((one) => canonical(one.value))).size < 2) return [];
    const reason = comments.find(
      (one) => one.path === entry.path && one.author === entry.author && one.at >= entry.at,
    );
    return [{ entry, sides, reason: reason?.text ?? null }];
  });
}
