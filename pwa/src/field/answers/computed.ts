/** Calculated values in words: "0.35 千克", "12 分钟", 是, a date. */
import type { ComputedValue, Text } from "@/core/checklist/types";
import type { Speech } from "@/locales";
import { day } from "@/ui/format";
import { unitWord } from "./numbers";

export interface Calculated {
  type: string;
  unit?: Text;
}

export function computedWords(
  value: ComputedValue | undefined,
  about: Calculated,
  speech: Speech,
): string | null {
  if (value === null || value === undefined) return null;
  if (typeof value === "boolean") return speech.t(value ? "common.yes" : "common.no");
  if (typeof value === "object")
    return `${value.number} ${unitWord(value.unit, speech.language.value === "en")}`;
  if (about.type === "date") return day(String(value), speech.language.value, "");
  return about.unit ? `${value} ${speech.pick(about.unit)}` : String(value);
}
