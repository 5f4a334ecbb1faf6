/** Arrivals and departures in words. What was typed in from paper happened when the paper says, and was measured nowhere. */
import type { PresenceValue } from "@/core/journal/types";
import type { Speech } from "@/locales";
import { distanceBetween, metres, moment } from "./format";

export interface Stop {
  /** The moment it is about (ISO). */
  at: string;
  /** Where it was said, or how it is known. */
  where: string;
}

/** `at`: when it was stated; `subject`: where the premises lie. */
export function stopOf(
  value: PresenceValue,
  at: string,
  subject: { readonly lat: string | null; readonly lng: string | null },
  { t, language }: Speech,
): Stop {
  if (value.stated_at !== undefined)
    return { at: value.stated_at, where: t("opening.on_paper", { time: moment(at, language.value) }) };
  const { position } = value;
  if (position === null) return { at, where: t("opening.no_position") };
  const { lat, lng } = subject;
  const n = position.accuracy_m;
  if (!lat || !lng) return { at, where: t("opening.accuracy", { n }) };
  const distance = metres(distanceBetween(position, { lat, lng }), language.value);
  return { at, where: t("opening.distance", { distance, n }) };
}
