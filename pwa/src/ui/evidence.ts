/** Photos and what is held elsewhere, as the screens of inspectors and leads tell them. */
import { marksOver } from "@/core/journal";
import type { EvidenceEntry, EvidenceHeldElsewhere, Mark, StoredEvidence } from "@/core/journal/types";
import type { Tombstone } from "@/api/types";
import type { Speech } from "@/locales";
import { distanceBetween, metres, moment } from "./format";

export type Stored = EvidenceEntry & { value: StoredEvidence };
export type Held = EvidenceEntry & { value: EvidenceHeldElsewhere };

export function isHeld(one: EvidenceEntry): one is Held {
  return one.value.purpose === "held_elsewhere";
}

/** Told apart from texts that were signed, and from what is held elsewhere. */
export function isPicture(one: EvidenceEntry): one is Stored {
  return ["photo", "file", "signature"].includes(one.value.purpose);
}

export interface Telling {
  title: string;
  speech: Speech;
  nameOf: (person: string) => string;
  /** Where the distance to the premises is told: at the lead's desk. */
  subject?: { readonly lat: string | null; readonly lng: string | null };
  /** Photos that lead and legal office have erased, by hash. */
  erased: Readonly<Record<string, Tombstone>>;
}

/** What stands where a photo was erased: that, when and why; undefined for one that was not. */
export function goneOf(photo: Stored, { speech, erased }: Telling): string | undefined {
  const tombstone = erased[photo.value.sha256];
  if (tombstone === undefined) return undefined;
  const { t, language } = speech;
  const { erased_at: at, reason } = tombstone;
  const words = [t("photo.erased")];
  if (at !== null) words.push(moment(at, language.value));
  if (reason) words.push(t("photo.erased_reason", { reason }));
  return words.join(" · ");
}

/** What a small picture of it needs besides its bytes. */
export function thumbOf(
  photo: Stored,
  telling: Telling,
): { id: string; alt: string; marks: Mark[]; gone: string | undefined } {
  const { title, speech } = telling;
  const time = moment(photo.value.taken_at, speech.language.value);
  return {
    id: photo.id,
    alt: speech.t("evidence.photo_of", { title, time }),
    marks: marksOver(photo),
    gone: goneOf(photo, telling),
  };
}

/** Who took it, where, who drew on it, its digest: one line each. */
export function factsOf(photo: Stored, { speech, nameOf, subject }: Telling): string[] {
  const { t, language } = speech;
  const { taken_at, position, source, sha256 } = photo.value;
  const taken = {
    name: nameOf(photo.author),
    time: moment(taken_at, language.value),
    source: t(`evidence.source_${source}`),
  };
  const lines = [t("evidence.taken", taken)];
  if (position === null) lines.push(t("evidence.nowhere"));
  else {
    const { lat, lng, accuracy_m: accuracy, age_s: age } = position;
    lines.push(t("evidence.where", { lat, lng, accuracy, age }));
    if (subject?.lat && subject.lng) {
      const premises = { lat: subject.lat, lng: subject.lng };
      const distance = metres(distanceBetween(position, premises), language.value);
      lines.push(t("answer.position_distance", { distance }));
    }
  }
  for (const name of new Set((photo.marked ?? []).map(({ author }) => nameOf(author))))
    lines.push(t("marks.by", { name }));
  return [...lines, t("evidence.hash", { hash: sha256.slice(0, 16) })];
}
