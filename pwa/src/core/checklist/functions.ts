/**
 * The functions that expressions may call; the mirror of server/core/checklist/functions.py, held to
 * it by tests/vectors/checklist. Integers are BigInt and must fit int64.
 */
import { type HolidayPlan, isDate, WorkingCalendar, workingDaysBetween } from "../calendar";
import { Refused } from "../refusal";
import { divideHalfEven } from "./quantities";
import { addDays, addMonths, dayOf, fromDay, fullYears, isoDay, startOfDay } from "./times";
import type { CelFunction, CelType, CelValue } from "./types";
import { validPhone, validResidentId, validUscc } from "./validators";

const INT64 = 2n ** 63n;

/** empty, overflow, zero or date. */
export class CannotCalculate extends Refused {}

function within(value: bigint): bigint {
  if (value < -INT64 || value >= INT64) throw new CannotCalculate("overflow", String(value));
  return value;
}

function some<T>(values: readonly T[]): readonly [T, ...T[]] {
  if (values.length === 0) throw new CannotCalculate("empty");
  return values as unknown as readonly [T, ...T[]];
}

/** amount × all of `multiply` ÷ all of `divide`, exact in between, half to even at the end. */
export function convert(amount: bigint, multiply: bigint[], divide: bigint[]): bigint {
  let numerator = multiply.reduce((product, factor) => product * factor, amount);
  let denominator = divide.reduce((product, factor) => product * factor, 1n);
  if (denominator === 0n) throw new CannotCalculate("zero");
  if (denominator < 0n) [numerator, denominator] = [-numerator, -denominator];
  return within(divideHalfEven(numerator, denominator));
}

/** The middle value; of two middle ones the mean, rounded down. */
function median(values: bigint[]): bigint {
  const ordered = [...some(values)].sort((left, right) => (left < right ? -1 : left > right ? 1 : 0));
  const middle = ordered.length >> 1;
  if (ordered.length % 2 === 1) return ordered[middle]!;
  const both = ordered[middle - 1]! + ordered[middle]!;
  return both < 0n && both % 2n !== 0n ? both / 2n - 1n : both / 2n;
}

function largest<T>(values: readonly T[]): T {
  return some(values).reduce((best, value) => (value > best ? value : best));
}

function smallest<T>(values: readonly T[]): T {
  return some(values).reduce((best, value) => (value < best ? value : best));
}

const MINUTE = 60_000;

function define<A extends CelValue[]>(
  name: string,
  parameters: CelType[],
  result: CelType,
  run: (...args: A) => CelValue,
): CelFunction {
  return { name, parameters, result, run: run as unknown as CelFunction["run"] };
}

/** All functions; `plan` is the holiday plan of the definition. */
export function functions(plan: HolidayPlan): readonly CelFunction[] {
  const calendar = new WorkingCalendar(plan);
  const workingDays = (first: Date, second: Date): bigint =>
    BigInt(workingDaysBetween(isoDay(dayOf(first)), isoDay(dayOf(second)), calendar));
  return [
    ...ofTime(workingDays),
    define("sum", ["list<int>"], "int", (values: bigint[]) => within(values.reduce((a, b) => a + b, 0n))),
    define("count", ["list<bool>"], "int", (values: boolean[]) => BigInt(values.filter(Boolean).length)),
    define("max", ["list<int>"], "int", (values: bigint[]) => largest(values)),
    define("min", ["list<int>"], "int", (values: bigint[]) => smallest(values)),
    define("median", ["list<int>"], "int", median),
    define("distinct", ["list<string>"], "int", (values: string[]) => BigInt(new Set(values).size)),
    define("abs", ["int"], "int", (value: bigint) => within(value < 0n ? -value : value)),
    define("percent", ["int", "int"], "int", (part: bigint, whole: bigint) =>
      convert(part, [10000n], [whole]),
    ),
    define("convert", ["int", "list<int>", "list<int>"], "int", convert),
    define("valid_uscc", ["string"], "bool", validUscc),
    define("valid_resident_id", ["string"], "bool", validResidentId),
    define("valid_phone", ["string"], "bool", validPhone),
  ];
}

function inYear(day: Date, month: bigint, dayOfMonth: bigint): Date {
  const year = isoDay(dayOf(day)).slice(0, 4);
  const two = (value: bigint): string => String(value).padStart(2, "0");
  const text = `${year}-${two(month)}-${two(dayOfMonth)}`;
  if (!isDate(text)) throw new CannotCalculate("date", text);
  return startOfDay(text);
}

function ofTime(workingDays: (first: Date, second: Date) => bigint): CelFunction[] {
  const two: CelType[] = ["timestamp", "timestamp"];
  const list: CelType[] = ["list<timestamp>"];
  return [
    define("days", two, "int", (first: Date, second: Date) => BigInt(dayOf(second) - dayOf(first))),
    define("minutes", two, "int", (first: Date, second: Date) =>
      BigInt(Math.floor((second.getTime() - first.getTime()) / MINUTE)),
    ),
    define("working_days", two, "int", workingDays),
    define("age", two, "int", (birth: Date, on: Date) => BigInt(fullYears(dayOf(birth), dayOf(on)))),
    define("add_days", ["timestamp", "int"], "timestamp", (day: Date, days: bigint) =>
      fromDay(addDays(dayOf(day), days)),
    ),
    define("add_months", ["timestamp", "int"], "timestamp", (day: Date, months: bigint) =>
      fromDay(addMonths(dayOf(day), months)),
    ),
    define("in_year", ["timestamp", "int", "int"], "timestamp", inYear),
    define("latest", list, "timestamp", (values: Date[]) => largest(values)),
    define("earliest", list, "timestamp", (values: Date[]) => smallest(values)),
  ];
}
