/**
 * Reading one answer: from the journal's JSON to values that expressions and sentences use. The mirror
 * of server/core/checklist/values.py; what cannot be read is `invalid` with a code, never guessed.
 */
import type { Json } from "../canonical";
import { residentId } from "../identifiers";
import { Refused } from "../refusal";
import { plain, scaled } from "./quantities";
import { dayOf, isoDay, moment, startOfDay } from "./times";
import type {
  CatalogueEntry,
  Catalogues,
  CelType,
  CelValue,
  ComputedValue,
  Field,
  PersonField,
} from "./types";
import { FORMATS, validPhone, validResidentId } from "./validators";
import { trimmed } from "./words";

const MAX_TEXT = 2000;
const STANDARD = ["pass", "fail", "na"];
const PERSON_FIELDS: readonly PersonField[] = ["name", "id_type", "id_number", "phone"];
const COORDINATE = /^-?[0-9]{1,3}(?:\.[0-9]{1,8})?$/;

/**
 * `detail` is the reason (unchecked) or the fault (invalid). `values` are CEL values by name suffix:
 * "" the field itself, "_class" an attribute of the chosen entry, "_name" a field of a person.
 */
export interface Reading {
  readonly status: "open" | "unchecked" | "invalid" | "known";
  readonly detail: string;
  readonly values: readonly (readonly [suffix: string, value: CelValue])[];
}

export interface TypedField extends Field {
  readonly type: string;
}

const NONE: Reading["values"] = [];
export const OPEN: Reading = { status: "open", detail: "", values: NONE };

export function invalid(detail: string): Reading {
  return { status: "invalid", detail, values: NONE };
}

/** Whether a dated entry holds on the ISO date `on`; `effective_to` is the last day. */
export function inForce(entry: { effective_from: string; effective_to: string | null }, on: string): boolean {
  return entry.effective_from <= on && (entry.effective_to === null || on <= entry.effective_to);
}

/** The catalogue entries in force on the visit date, by catalogue and key. */
export class Entries {
  private readonly cache = new Map<string, ReadonlyMap<string, CatalogueEntry>>();

  constructor(
    private readonly lists: Catalogues["lists"],
    /** ISO date. */
    readonly on: string,
  ) {}

  of(catalogue: string): ReadonlyMap<string, CatalogueEntry> {
    let entries = this.cache.get(catalogue);
    if (entries === undefined) {
      const held = this.lists[catalogue]!.entries.filter((entry) => inForce(entry, this.on));
      entries = new Map(held.map((entry) => [entry.key, entry]));
      this.cache.set(catalogue, entries);
    }
    return entries;
  }

  attributes(catalogue: string): readonly string[] {
    return this.lists[catalogue]!.attributes;
  }
}

/** What reading a field may depend on. */
export interface Surroundings {
  readonly entries: Entries;
  readonly baseUnit?: string;
  readonly among?: ReadonlySet<string>;
}

type Fields = { readonly [key: string]: Json | undefined };

export function asFields(raw: Json | undefined): Fields | null {
  if (raw === null || raw === undefined || typeof raw !== "object" || Array.isArray(raw)) return null;
  return raw as Fields;
}

/** {"unchecked": reason}, or null. */
export function uncheckedReason(raw: Json | undefined): string | null {
  const fields = asFields(raw);
  if (fields === null || Object.keys(fields).length !== 1 || !("unchecked" in fields)) return null;
  return typeof fields.unchecked === "string" ? fields.unchecked : "";
}

/** Read the raw answer (undefined or null: not answered) of a field. */
export function read(field: TypedField, raw: Json | undefined, around: Surroundings): Reading {
  if (raw === undefined || raw === null) return OPEN;
  const reason = uncheckedReason(raw);
  if (reason !== null) return { status: "unchecked", detail: reason, values: NONE };
  const reader = READERS.get(field.type);
  if (reader === undefined) return invalid("shape");
  try {
    return reader(field, raw, around);
  } catch (error) {
    if (error instanceof Refused) return invalid(error.code);
    throw error;
  }
}

function known(value: CelValue): Reading {
  return { status: "known", detail: "", values: [["", value]] };
}

function readChoice(field: TypedField, raw: Json, around: Surroundings): Reading {
  if (typeof raw !== "string") return invalid("shape");
  if (field.catalogue !== undefined) return fromCatalogue(field.catalogue, [raw], around, true);
  const keys = field.options === undefined ? STANDARD : field.options.map((option) => option.key);
  return keys.includes(raw) ? known(raw) : invalid("not_an_option");
}

function readMulti(field: TypedField, raw: Json, around: Surroundings): Reading {
  if (!Array.isArray(raw) || !raw.every((key: Json) => typeof key === "string")) return invalid("shape");
  const keys = raw as string[];
  if (keys.some((key, index) => index > 0 && key <= keys[index - 1]!)) return invalid("not_sorted");
  if (field.catalogue !== undefined) return fromCatalogue(field.catalogue, keys, around, false);
  const allowed = new Set(field.options!.map((option) => option.key));
  return keys.every((key) => allowed.has(key)) ? known(keys) : invalid("not_an_option");
}

function fromCatalogue(catalogue: string, keys: string[], around: Surroundings, single: boolean): Reading {
  const entries = around.entries.of(catalogue);
  if (keys.some((key) => !entries.has(key))) return invalid("not_in_force");
  if (around.among !== undefined && keys.some((key) => !around.among!.has(key))) return invalid("not_among");
  const values: [string, CelValue][] = [["", single ? keys[0]! : keys]];
  for (const name of around.entries.attributes(catalogue)) {
    const found = keys.map((key) => entries.get(key)!.attributes[name] ?? "");
    values.push([`_${name}`, single ? found[0]! : found]);
  }
  return { status: "known", detail: "", values };
}

function readInteger(field: TypedField, raw: Json): Reading {
  if (typeof raw !== "number" || !Number.isInteger(raw)) return invalid("shape");
  if (raw < Number(field.min ?? 0) || raw > Number(field.max ?? 10 ** 9)) return invalid("out_of_range");
  return known(BigInt(raw));
}

function readQuantity(field: TypedField, raw: Json, around: Surroundings): Reading {
  const fields = asFields(raw);
  if (fields === null || typeof fields.number !== "string" || typeof fields.unit !== "string") {
    return invalid("shape");
  }
  if (!field.units!.includes(fields.unit)) return invalid("unknown_unit");
  const base = around.baseUnit ?? field.units![0]!;
  const bound = (limit: number | string): bigint => scaled(String(limit), base, base, field.scale!);
  const value = scaled(fields.number, fields.unit, base, field.scale!);
  if (value < (field.min === undefined ? 0n : bound(field.min))) return invalid("out_of_range");
  if (field.max !== undefined && value > bound(field.max)) return invalid("out_of_range");
  return known(value);
}

function readText(field: TypedField, raw: Json): Reading {
  if (typeof raw !== "string") return invalid("shape");
  if (trimmed(raw) === "") return OPEN;
  if (Array.from(raw).length > (field.max_length ?? MAX_TEXT)) return invalid("too_long");
  if (field.format !== undefined && !FORMATS.get(field.format)!(raw)) return invalid("bad_format");
  return known(raw);
}

function readPosition(_field: TypedField, raw: Json): Reading {
  const fields = asFields(raw);
  if (fields === null || typeof fields.lat !== "string" || typeof fields.lng !== "string")
    return invalid("shape");
  if (!COORDINATE.test(fields.lat) || !COORDINATE.test(fields.lng)) return invalid("shape");
  return { status: "known", detail: "", values: NONE };
}

function readPerson(field: TypedField, raw: Json): Reading {
  const fields = asFields(raw);
  if (fields === null) return invalid("shape");
  const texts = new Map<string, string>();
  for (const name of PERSON_FIELDS) {
    const text = fields[name] ?? "";
    if (typeof text !== "string") return invalid("shape");
    texts.set(name, trimmed(text));
  }
  if ([...texts.values()].every((text) => text === "")) return OPEN;
  if ((field.fields ?? PERSON_FIELDS).some((name) => texts.get(name) === ""))
    return invalid("person_incomplete");
  const number = texts.get("id_number")!;
  if (number !== "" && ["", "resident_id"].includes(texts.get("id_type")!)) {
    if (!validResidentId(number)) return invalid("bad_format");
    texts.set("id_number", residentId(number).number);
  }
  const telephone = texts.get("phone")!;
  if (telephone !== "" && !validPhone(telephone)) return invalid("bad_phone");
  const values = PERSON_FIELDS.map((name): [string, CelValue] => [`_${name}`, texts.get(name)!]);
  return { status: "known", detail: "", values };
}

const READERS: ReadonlyMap<string, (field: TypedField, raw: Json, around: Surroundings) => Reading> = new Map(
  [
    ["choice", readChoice],
    ["multi", readMulti],
    ["integer", readInteger],
    ["score", readInteger],
    ["quantity", readQuantity],
    ["text", readText],
    ["scan", readText],
    [
      "date",
      (_field: TypedField, raw: Json) =>
        typeof raw === "string" ? known(startOfDay(raw)) : invalid("shape"),
    ],
    [
      "datetime",
      (_field: TypedField, raw: Json) => (typeof raw === "string" ? known(moment(raw)) : invalid("shape")),
    ],
    ["position", readPosition],
    ["person", readPerson],
  ],
);

const CEL: ReadonlyMap<string, CelType> = new Map([
  ["choice", "string"],
  ["multi", "list<string>"],
  ["integer", "int"],
  ["score", "int"],
  ["quantity", "int"],
  ["text", "string"],
  ["scan", "string"],
  ["date", "timestamp"],
  ["datetime", "timestamp"],
] as const);

export const COMPUTED_CEL: Readonly<Record<string, CelType>> = {
  integer: "int",
  quantity: "int",
  boolean: "bool",
  date: "timestamp",
  text: "string",
};

/** The CEL variables that a field gives, by name. */
export function celTypes(
  field: TypedField,
  name: string,
  attributes: (catalogue: string) => readonly string[],
): Record<string, CelType> {
  const types: Record<string, CelType> = {};
  if (field.type === "person") for (const part of PERSON_FIELDS) types[`${name}_${part}`] = "string";
  if (field.type === "photo" || field.type === "signature") types[`${name}_photos`] = "int";
  const type = CEL.get(field.type);
  if (type === undefined) return types;
  types[name] = type;
  if (field.catalogue !== undefined) {
    for (const attribute of attributes(field.catalogue)) types[`${name}_${attribute}`] = type;
  }
  return types;
}

/** What a computed value needs to be shown. */
export interface ValueSpec {
  readonly type: string;
  readonly units?: readonly string[];
  readonly scale?: number;
}

/** A computed value as JSON; undefined when it does not fit JSON's integers. */
export function outward(spec: ValueSpec, value: CelValue, baseUnit?: string): ComputedValue | undefined {
  if (spec.type === "quantity") {
    return { number: plain(value as bigint, spec.scale!), unit: baseUnit ?? spec.units![0]! };
  }
  if (spec.type === "date") return isoDay(dayOf(value as Date));
  if (spec.type === "integer") {
    const number = Number(value as bigint);
    return Number.isSafeInteger(number) ? number : undefined;
  }
  return value as string | boolean;
}
