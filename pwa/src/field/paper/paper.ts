/** The times of a visit that was made on paper, as somebody types them from the form. */
import { wallToUtc } from "@/ui/format";

/** What is wrong with the times; null: they can be stated. */
export type TimeFault = "missing" | "order" | "future";

/** `from` and `to` are wall time in China as the browser's field gives it, "2026-11-22T14:05"; `now` in ms. */
export function timeFault(from: string, to: string, now: number): TimeFault | null {
  if (from.length < 16 || to.length < 16) return "missing";
  const [start, end] = [Date.parse(wallToUtc(from)), Date.parse(wallToUtc(to))];
  if (Number.isNaN(start) || Number.isNaN(end)) return "missing";
  if (end > now) return "future";
  return start < end ? null : "order";
}

export interface PaperStatement {
  kind: "presence";
  path: "";
  value: { event: "arrived" | "left"; position: null; stated_at: string };
}

/** Arrival and departure with the times of the paper. Nobody was measured then, so there is no position. */
export function visitOnPaper(from: string, to: string): PaperStatement[] {
  const at = (event: "arrived" | "left", wall: string): PaperStatement => ({
    kind: "presence",
    path: "",
    value: { event, position: null, stated_at: wallToUtc(wall) },
  });
  return [at("arrived", from), at("left", to)];
}
