/** Statements that are no part of a record, in words. The server checked nothing of them but the hash. */
import type { ApartEntry } from "@/api/types";
import type { Definition } from "@/core/checklist/types";
import type { Speech } from "@/locales";
import { answerWords, placeOf } from "./checklist";

/** Faults that may have gone by the time the phone offers the statement again, which then goes in by itself. */
const PASSING = new Set([
  "unsigned",
  "device_unknown",
  "not_assigned",
  "task_withdrawn",
  "inspection_unknown",
]);

/** The locale key of what can be done about statements that are held for `code`. */
export function apartWay(code: string): "apart.way_again" | "apart.way_passing" {
  return PASSING.has(code) ? "apart.way_passing" : "apart.way_again";
}

/** "Item：what it says"; of a kind or an item that this version does not know, its bare name. */
export function apartWords(entry: ApartEntry, definition: Definition, speech: Speech): string {
  const { t, has, pick } = speech;
  const place = placeOf(definition, entry.path);
  const title = place ? pick(place.column?.title ?? place.item.title) : t("summary.visit");
  if (entry.kind === "answer")
    return `${title}：${answerWords(entry.value, place?.column ?? place?.item ?? null, definition, speech)}`;
  const kind = has(`kind.${entry.kind}`) ? t(`kind.${entry.kind}`) : entry.kind;
  const text = textOf(entry.value);
  return text ? `${title} · ${kind}：${text}` : `${title} · ${kind}`;
}

/** The hash of a photo that a statement names; null for everything else. */
export function photoOf(entry: ApartEntry): string | null {
  const { purpose, sha256 } = fieldsOf(entry.value);
  return entry.kind === "evidence" && purpose === "photo" && typeof sha256 === "string" ? sha256 : null;
}

function textOf(value: unknown): string {
  const { text, reason } = fieldsOf(value);
  return [text, reason].find((one) => typeof one === "string") ?? "";
}

function fieldsOf(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}
