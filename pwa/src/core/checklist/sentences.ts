/**
 * Sentences of the record: templates with {slots}, optional [clauses] and few filters; the mirror of
 * server/core/checklist/sentences.py.
 */
import { maskName, maskPhone } from "../identifiers";
import { Refused } from "../refusal";
import type { Wording } from "./compiled";
import { plain, UNITS } from "./quantities";
import type { Run } from "./run";
import type { Row } from "./rows";
import type { TableItem } from "./table-programs";
import { dayOf, zhDate, zhMoment } from "./times";
import type { CelValue, Item, Verdict } from "./types";
import { last4, oneLine } from "./words";

export const EMPTY = "未记录";
const FILTERS: ReadonlyMap<string, (text: string) => string> = new Map([
  ["masked", (text: string) => maskName(text)],
  ["last4", last4],
  ["phone", maskPhone],
]);
const STANDARD_WORDS: Readonly<Record<string, string>> = { pass: "合格", fail: "不合格", na: "不适用" };
const UNCHECKED = "{title}：本次未检查或无法核实，原因：{reason}。";

type Slots = (name: string) => string;
type Part = string | { readonly name: string; readonly filter: ((text: string) => string) | null };
type Clause = readonly [optional: boolean, parts: readonly Part[]];

/** bracket, slot_name or filter: the template cannot be read. */
export class BadTemplate extends Refused {}

const parsed = new Map<string, readonly Clause[]>();

/** Split a template into clauses. Throws BadTemplate. */
export function parse(template: string): readonly Clause[] {
  let clauses = parsed.get(template);
  if (clauses === undefined) {
    clauses = clausesOf(template).filter(([, parts]) => parts.length > 0);
    parsed.set(template, clauses);
  }
  return clauses;
}

function clausesOf(template: string): Clause[] {
  return template.split("[").flatMap((piece, index): Clause[] => {
    const pieces = piece.split("]");
    if (index === 0) {
      if (pieces.length > 1) throw new BadTemplate("bracket", template);
      return [[false, partsOf(piece)]];
    }
    if (pieces.length !== 2) throw new BadTemplate("bracket", template);
    return [
      [true, partsOf(pieces[0]!)],
      [false, partsOf(pieces[1]!)],
    ];
  });
}

function partsOf(text: string): Part[] {
  const parts = text.split("{").flatMap((piece, index): Part[] => {
    const pieces = piece.split("}");
    if (index === 0) {
      if (pieces.length > 1) throw new BadTemplate("bracket", text);
      return [piece];
    }
    if (pieces.length !== 2) throw new BadTemplate("bracket", text);
    return [slotOf(pieces[0]!), pieces[1]!];
  });
  return parts.filter((part) => part !== "");
}

function slotOf(text: string): Part {
  const [name, ...rest] = text.split("|");
  const filter = rest.join("|");
  if (!/^[A-Za-z0-9_]+$/.test(name!)) throw new BadTemplate("slot_name", text);
  if (filter !== "" && !FILTERS.has(filter)) throw new BadTemplate("filter", text);
  return { name: name!, filter: FILTERS.get(filter) ?? null };
}

/** The names of the slots of a template, in order. */
export function slotsOf(template: string): string[] {
  return parse(template).flatMap(([, parts]) =>
    parts.flatMap((part) => (typeof part === "string" ? [] : part.name)),
  );
}

export function render(template: string, slots: Slots): string {
  let text = "";
  for (const [optional, parts] of parse(template)) {
    const filled = parts.map((part) => (typeof part === "string" ? part : fill(part, slots)));
    if (optional && filled.some((piece) => piece === "")) continue;
    for (const piece of filled) text += piece === "" ? EMPTY : piece;
  }
  return text;
}

function fill(slot: Exclude<Part, string>, slots: Slots): string {
  const value = slots(slot.name);
  return slot.filter !== null && value !== "" ? slot.filter(value) : value;
}

/** A value in the record's words. */
export function shown(spec: Wording, value: CelValue, unit?: string): string {
  switch (spec.type) {
    case "choice":
      return optionWords(spec, value as string);
    case "multi":
      return (value as string[]).map((key) => optionWords(spec, key)).join("、");
    case "quantity":
      return `${plain(value as bigint, spec.scale!)}${UNITS.get(unit ?? spec.units![0]!)!.zh}`;
    case "date":
      return zhDate(dayOf(value as Date));
    case "datetime":
      return zhMoment(value as Date);
    case "boolean":
      return value === true ? "是" : "否";
    default:
      return oneLine(String(value));
  }
}

function optionWords(spec: Wording, key: string): string {
  const option = spec.options?.find((candidate) => candidate.key === key);
  if (option !== undefined) return option.words || option.title.zh;
  const entry = spec.entries?.find((candidate) => candidate.key === key);
  return entry?.title.zh ?? STANDARD_WORDS[key] ?? key;
}

/** The sentence of an item for a verdict; "" where the record says nothing. */
export function ofItem(run: Run, item: Item, verdict: Verdict): string {
  const sentences: { readonly [verdict: string]: string | undefined } = { ...item.sentences };
  const template = sentences[verdict] ?? (verdict === "unchecked" ? UNCHECKED : "");
  return render(template, (name) => itemSlot(run, item, name));
}

function itemSlot(run: Run, item: Item, name: string): string {
  switch (name) {
    case "title":
      return item.title.zh;
    case "answer":
      return answer(run, item);
    case "reason": {
      const reading = run.readings.get(item.code);
      return reading?.status === "unchecked" ? oneLine(reading.detail) : "";
    }
    case "finding":
    case "correction": {
      const texts = (run.texts.get(item.code) ?? []).map((value) =>
        oneLine((name === "finding" ? value.text : value.correction_text) ?? ""),
      );
      return texts.filter((text) => text !== "").join("；");
    }
    case "photos": {
      const photos = run.pictures(item.code);
      return photos === 0 ? "" : String(photos);
    }
    case "rows":
    case "failed_rows":
    case "unchecked_rows":
      return rowsSlot(run, item, name);
    case "sample":
    case "round":
    case "redraw_reason":
      return sampleSlot(run, item.code, name);
    default:
      return ofVariable(run, name);
  }
}

function rowsSlot(run: Run, item: Item, name: "rows" | "failed_rows" | "unchecked_rows"): string {
  const wanted = { rows: null, failed_rows: "fail", unchecked_rows: "unchecked" }[name];
  const rows = (run.rows.get(item.code) ?? []).filter((row) => wanted === null || row.verdict === wanted);
  return rows.map((row) => ofRow(run, item as TableItem, row)).join("；");
}

function sampleSlot(run: Run, code: string, name: "sample" | "round" | "redraw_reason"): string {
  const found = run.samples.get(code);
  if (found === undefined) return "";
  if (name === "sample") return found.keys.join("、");
  if (name === "round") return String(found.round);
  return found.round > 1 ? redrawReasons(run, code) : "";
}

/** Every reason for which the list of a drawn table was changed, oldest first, the one in force last. */
export function redrawReasons(run: Run, code: string): string {
  const { reason: own } = run.state.answers[code]!.value as { readonly reason: string };
  const reasons = [...run.frozen(code).reasons.filter((reason) => reason !== own), own];
  return reasons
    .map(oneLine)
    .filter((line) => line !== "")
    .join("；");
}

function answer(run: Run, item: Item): string {
  const code = item.code;
  if (item.type !== "person") return ofVariable(run, code);
  const name = run.scope.values.get(`${code}_name`);
  if (name === undefined) return "";
  const number = run.scope.values.get(`${code}_id_number`) as string;
  return number === "" ? oneLine(name as string) : `${oneLine(name as string)}（证件${last4(number)}）`;
}

/** A value that belongs to no field: a count, an attribute of a catalogue entry or a list of them. */
function bare(value: CelValue): string {
  return Array.isArray(value) ? value.map(bare).join("、") : oneLine(String(value));
}

/** A variable in the record's words; "" while it has no value. */
function ofVariable(run: Run, name: string): string {
  const value = run.scope.values.get(name);
  if (value === undefined) return "";
  const spec = run.checklist.specs.get(name);
  return spec === undefined ? bare(value) : shown(spec, value);
}

/** One row in the record's words. */
export function ofRow(run: Run, item: TableItem, row: Row): string {
  const specs = run.checklist.rowSpecs(item);
  return render(item.table.row_sentence ?? "{row}", (name) => {
    if (name === "row") return row.place.title;
    const value = row.scope.values.get(name);
    const spec = specs.get(name);
    if (value !== undefined) {
      if (spec === undefined) return bare(value);
      return shown(spec, value, spec.unit_column === undefined ? undefined : row.units.get(spec.unit_column));
    }
    const reading = row.readings.get(name);
    if (reading?.status === "unchecked") return `未核实（${oneLine(reading.detail)}）`;
    return spec === undefined ? ofVariable(run, name) : "";
  });
}
