/**
 * Looking things up in a definition for the screens of inspectors and leads: the item or column behind a
 * path, its options on the date of the visit, its legal basis, and any answer in words.
 */
import type {
  BasisText,
  CatalogueEntry,
  Column,
  Definition,
  Field,
  Item,
  RowResult,
  Section,
  Table,
  Text,
} from "@/core/checklist/types";
import { basisTexts } from "@/core/checklist/outcome";
import { inForce } from "@/core/checklist/values";
import type { Speech } from "@/locales";
import type { FindingValue } from "@/core/journal/types";
import { day, moment } from "./format";
import { maskedPerson } from "./masking";

export interface Place {
  section: Section;
  item: Item;
  /** "ITEM/ROW/COLUMN" only. */
  column: Column | null;
  row: string | null;
}

/** What a path speaks about; null for the visit as a whole, signatures, and items of another version. */
export function placeOf(definition: Definition, path: string): Place | null {
  const [code, row = null, key] = path.split("/");
  for (const section of definition.sections) {
    const item = section.items.find((one) => one.code === code);
    if (item === undefined) continue;
    const column = key === undefined ? null : (item.table?.columns.find((one) => one.key === key) ?? null);
    return { section, item, column, row };
  }
  return null;
}

/** The entries of a catalogue that hold on a date. */
export function entriesOn(definition: Definition, catalogue: string, date: string): CatalogueEntry[] {
  const list = definition.catalogues.lists[catalogue];
  return list ? list.entries.filter((entry) => inForce(entry, date)) : [];
}

export interface FieldOption {
  key: string;
  title: Text;
  verdict?: "pass" | "fail" | "na";
}

/** What may be chosen in a choice or multi field, besides the three standard answers. */
export function optionsOf(
  definition: Definition,
  field: Field,
  date: string,
  among?: readonly string[],
): FieldOption[] {
  if (field.options !== undefined) return field.options;
  if (field.catalogue === undefined) return [];
  const entries = entriesOn(definition, field.catalogue, date);
  return among === undefined ? entries : entries.filter((entry) => among.includes(entry.key));
}

/** The legal basis of an item as it stood on the date of the visit. */
export function basisOf(definition: Definition, item: Item, date: string): BasisText[] {
  return basisTexts(definition.catalogues.laws, item.basis, date);
}

const VERDICTS = new Set(["pass", "fail", "na"]);

function chosen(field: Field, key: string, definition: Definition, speech: Speech): string {
  const option = field.options?.find((one) => one.key === key);
  if (option) return speech.pick(option.title);
  const entry =
    field.catalogue && definition.catalogues.lists[field.catalogue]?.entries.find((one) => one.key === key);
  if (entry) return speech.pick(entry.title);
  return VERDICTS.has(key) ? speech.t(`verdict.${key}`) : key;
}

function objectWords(value: Record<string, unknown>, field: Field | null, speech: Speech): string {
  if ("unchecked" in value) return speech.t("answer.unchecked_because", { reason: String(value.unchecked) });
  if ("number" in value) return `${String(value.number)} ${String(value.unit)}`;
  if ("lat" in value) {
    return speech.t("answer.position_value", {
      lat: String(value.lat),
      lng: String(value.lng),
      accuracy: String(value.accuracy_m),
    });
  }
  if ("frame" in value || "count" in value) {
    const size = Array.isArray(value.frame) ? value.frame.length : Number(value.count);
    const thing = speech.pick((field as Partial<Item> | null)?.table?.draw?.thing);
    return speech.t("answer.frame_value", { thing, n: size, round: Number(value.round) });
  }
  return maskedPerson(value, speech);
}

/** An answer in words, person data masked. `field` null: the raw value as well as it can be said. */
export function answerWords(
  value: unknown,
  field: (Field & { type: string }) | null,
  definition: Definition,
  speech: Speech,
): string {
  if (value === null || value === undefined) return speech.t("answer.none");
  if (Array.isArray(value)) {
    const words = value.map((key) => (field ? chosen(field, String(key), definition, speech) : String(key)));
    return words.length ? words.join(speech.t("answer.comma")) : speech.t("answer.none_chosen");
  }
  if (typeof value === "object") return objectWords(value as Record<string, unknown>, field, speech);
  if (typeof value === "number") return field?.unit ? `${value} ${speech.pick(field.unit)}` : String(value);
  const text = String(value);
  if (field?.type === "date") return day(text, speech.language.value, "");
  if (field?.type === "datetime") return moment(text, speech.language.value);
  return field?.type === "choice" ? chosen(field, text, definition, speech) : text;
}

/** An answer, a finding or a row in words, wherever in the checklist it was said. */
export function statementWords(
  { kind, path, value }: { kind: string; path: string; value: unknown },
  definition: Definition,
  speech: Speech,
): string {
  if (kind === "finding") return findingWords(value as FindingValue | null, speech);
  if (kind === "row") return speech.t(value === null ? "conflict.row_removed" : "conflict.row_kept");
  const place = placeOf(definition, path);
  return answerWords(value, place?.column ?? place?.item ?? null, definition, speech);
}

/** What a row is called: as the system made it, or counted among those by hand, in the language of the screen. */
export function rowTitle(
  row: RowResult,
  rows: readonly RowResult[],
  table: Table,
  { language, pick }: Speech,
): string {
  if (language.value !== "en" || row.source !== "hand") return row.title;
  const byHand = rows.filter(({ source }) => source === "hand");
  return `${pick(table.row_title)} ${byHand.findIndex(({ id }) => id === row.id) + 1}`;
}

/** A row made by hand is told by the first text in it as well: "501 · 第1间另查客房". */
export function rowName(
  row: RowResult,
  title: string,
  table: Table,
  cell: (column: Column) => unknown,
): string {
  if (row.source !== "hand") return title;
  const texts = table.columns.filter(({ type }) => type === "text").map(cell);
  const first = texts.find((text) => typeof text === "string" && text !== "");
  return first === undefined ? title : `${String(first)} · ${title}`;
}

/** What stood in the cells of a row, in the order of its columns; of a cell with several words the last one. */
export function rowWords(
  said: readonly { kind: string; path: string; value: unknown }[],
  table: Table,
  definition: Definition,
  speech: Speech,
): string[] {
  return table.columns.flatMap((column) =>
    said
      .filter(({ kind, path }) => kind === "answer" && path.endsWith(`/${column.key}`))
      .slice(-1)
      .map((cell) => statementWords(cell, definition, speech)),
  );
}

/** As many cells as tell one row from another. */
const NAMED_BY = 2;

/** A row by what stands first in it; "" for an empty one. */
export function rowByCells(...row: Parameters<typeof rowWords>): string {
  return rowWords(...row)
    .slice(0, NAMED_BY)
    .join(" · ");
}

function findingWords(value: FindingValue | null, speech: Speech): string {
  if (value === null) return speech.t("conflict.finding_cleared");
  if (!value.corrected_on_site) return value.text;
  const corrected = speech.t("finding.corrected_short");
  return speech.t("finding.with_correction", {
    text: value.text,
    correction: value.correction_text ? `${corrected}：${value.correction_text}` : corrected,
  });
}
