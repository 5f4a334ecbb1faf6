/** Arrivals and departures in words. What was typed in from paper happened when the paper says, and was measured nowhere. */
import type { PresenceValue } from "@/core/journal/types";
import type { Speech } from "@/locales";
import { distanceBetween, metres, moment } from "./format";

export interface Stop {
  /** The moment it is about (ISO). */
  at: string;
  /** Where it was said, or how it is known. */
  where: string;
  /** So far from the registered place that somebody has to look where it was. */
  far: boolean;
}

/**
 * Metres from the registered place beyond which a position asks to be looked at. The place of an address in a
 * village is known to some hundred metres, and a large site is entered far from its middle: within a kilometre a
 * position says nothing. What the phone gives as its own error is taken off first. It blocks nothing.
 */
export const FAR_M = 1000;

/** `at`: when it was stated; `subject`: where the premises lie. */
export function stopOf(
  value: PresenceValue,
  at: string,
  subject: { readonly lat: string | null; readonly lng: string | null },
  { t, language }: Speech,
): Stop {
  if (value.stated_at !== undefined)
    return {
      at: value.stated_at,
      where: t("opening.on_paper", { time: moment(at, language.value) }),
      far: false,
    };
  const { position } = value;
  if (position === null) return { at, where: t("opening.no_position"), far: false };
  const { lat, lng } = subject;
  const n = position.accuracy_m;
  if (!lat || !lng) return { at, where: t("opening.accuracy", { n }), far: false };
  const away = distanceBetween(position, { lat, lng });
  const far = away - n > FAR_M;
  const distance = metres(away, language.value);
  return { at, where: t(far ? "opening.distance_far" : "opening.distance", { distance, n }), far };
}
