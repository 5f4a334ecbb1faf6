/**
 * Quantities: a decimal string with a unit outside, a scaled BigInt inside; never a float. The mirror
 * of server/core/checklist/quantities.py. "12.345 kg" at scale 3 is 12345n.
 */
import { Refused } from "../refusal";

const LIMIT = 10n ** 15n;
const NUMBER = /^(-?)(0|[1-9][0-9]{0,17})(?:\.([0-9]{1,18}))?$/;

/** `dimension` groups units that convert; `power` is the power of ten to the base of the dimension. */
export interface Unit {
  readonly dimension: string;
  readonly power: number;
  readonly zh: string;
  readonly en: string;
}

const unit = (dimension: string, power: number, zh: string, en: string): Unit => ({
  dimension,
  power,
  zh,
  en,
});

export const UNITS: ReadonlyMap<string, Unit> = new Map([
  ["mg", unit("mass", -3, "毫克", "mg")],
  ["g", unit("mass", 0, "克", "g")],
  ["kg", unit("mass", 3, "千克", "kg")],
  ["t", unit("mass", 6, "吨", "t")],
  ["mL", unit("volume", 0, "毫升", "mL")],
  ["L", unit("volume", 3, "升", "L")],
  ["m3", unit("volume", 6, "立方米", "m³")],
  ["bottle", unit("bottle", 0, "瓶", "bottles")],
  ["drum", unit("drum", 0, "桶", "drums")],
  ["bag", unit("bag", 0, "袋", "bags")],
  ["piece", unit("piece", 0, "件", "pieces")],
  ["percent", unit("percent", 0, "%", "%")],
  ["g/mL", unit("density", 0, "克/毫升", "g/mL")],
]);

/** bad_number, unknown_unit, unit_mismatch, too_many_digits or too_large. */
export class BadQuantity extends Refused {}

/** `number` of `name` as an integer count of 10^-scale of `base`. Throws BadQuantity. */
export function scaled(number: string, name: string, base: string, scale: number): bigint {
  const match = NUMBER.exec(number);
  if (match === null) throw new BadQuantity("bad_number", number);
  const from = UNITS.get(name);
  const to = UNITS.get(base);
  if (from === undefined || to === undefined) throw new BadQuantity("unknown_unit", name);
  if (from.dimension !== to.dimension) throw new BadQuantity("unit_mismatch", `${name}, ${base}`);
  const fraction = (match[3] ?? "").replace(/0+$/, "");
  let digits = BigInt(match[2]! + fraction);
  const shift = from.power - to.power + scale - fraction.length;
  if (shift < 0) {
    const power = 10n ** BigInt(-shift);
    if (digits % power !== 0n) throw new BadQuantity("too_many_digits", number);
    digits /= power;
  } else {
    digits *= 10n ** BigInt(shift);
  }
  if (digits > LIMIT) throw new BadQuantity("too_large", number);
  return match[1] === "-" ? -digits : digits;
}

/** The canonical decimal string of a scaled integer: 12500n at scale 3 is "12.5". */
export function plain(value: bigint, scale: number): string {
  const sign = value < 0n ? "-" : "";
  const digits = String(value < 0n ? -value : value).padStart(scale + 1, "0");
  const whole = scale === 0 ? digits : digits.slice(0, -scale);
  const fraction = scale === 0 ? "" : digits.slice(-scale).replace(/0+$/, "");
  return fraction === "" ? `${sign}${whole}` : `${sign}${whole}.${fraction}`;
}

/** Integer division rounding half to even (四舍六入五成双, GB/T 8170). `denominator` > 0. */
export function divideHalfEven(numerator: bigint, denominator: bigint): bigint {
  let quotient = numerator / denominator;
  let rest = numerator % denominator;
  if (rest < 0n) {
    quotient -= 1n;
    rest += denominator;
  }
  const twice = 2n * rest;
  if (twice > denominator || (twice === denominator && quotient % 2n !== 0n)) quotient += 1n;
  return quotient;
}
