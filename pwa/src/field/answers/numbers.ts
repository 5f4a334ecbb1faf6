/**
 * What an inspector types as a number → what the journal holds: an integer, or a canonical decimal string
 * with its unit. Full-width digits and the decimal comma of foreign keyboards are understood; nothing is rounded.
 */
import type { Field } from "@/core/checklist/types";
import { scaled, UNITS } from "@/core/checklist/quantities";
import { Refused } from "@/core/refusal";

export type Parsed<T> =
  { ok: true; value: T } | { ok: false; reason: string; params: Record<string, string | number> };

const bad = (
  reason: string,
  params: Record<string, string | number> = {},
): { ok: false; reason: string; params: Record<string, string | number> } => ({
  ok: false,
  reason,
  params,
});

function plainDigits(text: string): string {
  return text
    .normalize("NFKC")
    .replace(/[。．]/g, ".")
    .replace(/[，,]/g, ".")
    .replace(/\s/g, "");
}

/** An integer within the field's bounds; "" clears (null). */
export function parseInteger(text: string, field: Pick<Field, "min" | "max">): Parsed<number | null> {
  const digits = plainDigits(text);
  if (digits === "") return { ok: true, value: null };
  if (!/^-?\d{1,15}$/.test(digits)) return bad("not_integer");
  const value = Number(digits);
  if (field.min !== undefined && value < Number(field.min))
    return bad("too_small", { min: String(field.min) });
  if (field.max !== undefined && value > Number(field.max))
    return bad("too_large", { max: String(field.max) });
  return { ok: true, value: Object.is(value, -0) ? 0 : value };
}

/** "012.50" → "12.5"; null when it is not a decimal number. */
export function canonicalDecimal(text: string): string | null {
  const match = /^(-?)(\d{1,18})(?:\.(\d{0,12}))?$/.exec(plainDigits(text));
  if (match === null) return null;
  const whole = match[2]!.replace(/^0+(?=\d)/, "");
  const fraction = (match[3] ?? "").replace(/0+$/, "");
  const number = fraction === "" ? whole : `${whole}.${fraction}`;
  return match[1] === "-" && number !== "0" ? `-${number}` : number;
}

export interface Quantity {
  number: string;
  unit: string;
}

/** A quantity in one of the field's units, with no more decimals than its scale keeps; "" clears. */
export function parseQuantity(
  text: string,
  unit: string,
  field: Pick<Field, "units" | "scale" | "min" | "max">,
): Parsed<Quantity | null> {
  if (text.trim() === "") return { ok: true, value: null };
  const number = canonicalDecimal(text);
  if (number === null) return bad("not_number");
  const base = field.units?.[0] ?? unit;
  const scale = field.scale ?? 6;
  try {
    const value = scaled(number, unit, base, scale);
    if (field.min !== undefined && value < scaled(String(field.min), base, base, scale)) {
      return bad("too_small", { min: `${field.min} ${base}` });
    }
    if (field.max !== undefined && value > scaled(String(field.max), base, base, scale)) {
      return bad("too_large", { max: `${field.max} ${base}` });
    }
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return error.code === "too_many_digits" ? bad("too_many_digits", { n: scale }) : bad("not_number");
  }
  return { ok: true, value: { number, unit } };
}

/** The unit's word: 千克 / kg. */
export function unitWord(unit: string, english: boolean): string {
  const known = UNITS.get(unit);
  if (known === undefined) return unit;
  return english ? known.en : known.zh;
}
