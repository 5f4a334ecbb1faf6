/**
 * Dates, instants, ages and working days; "now" and the table of holidays are always handed in.
 * The mirror of server/core/calendar.py. Dates are ISO strings, instants ISO strings in UTC with
 * milliseconds; the functions throw BadTime (`date_wrong`, `instant_wrong`, `birth_later`).
 */
import { Refused } from "./refusal";

export class BadTime extends Refused {}

const DAY_MS = 86_400_000;
const DATE = /^[0-9]{4}-[0-9]{2}-[0-9]{2}$/;
const INSTANT = /^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z$/;

/** Whether `text` is a date that exists. */
export function isDate(text: unknown): text is string {
  if (typeof text !== "string" || !DATE.test(text) || text < "0001") return false;
  const time = Date.parse(`${text}T00:00:00.000Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}

/** Days since 1970 of a date; throws `date_wrong`. */
export function parseDate(text: unknown): number {
  if (!isDate(text)) throw new BadTime("date_wrong", String(text).slice(0, 40));
  return Date.parse(`${text}T00:00:00.000Z`) / DAY_MS;
}

/** The ISO date of a number of days since 1970. */
export function formatDate(days: number): string {
  return new Date(days * DAY_MS).toISOString().slice(0, 10);
}

/** Whether `text` is an instant as this house writes them, in the years 1970 to 2199. */
export function isInstant(text: unknown): text is string {
  if (typeof text !== "string" || !INSTANT.test(text)) return false;
  if (text.slice(0, 4) < "1970" || text.slice(0, 4) > "2199") return false;
  const time = Date.parse(text);
  return !Number.isNaN(time) && new Date(time).toISOString() === text;
}

/** Milliseconds since 1970; throws `instant_wrong`. */
export function parseInstant(text: unknown): number {
  if (!isInstant(text)) throw new BadTime("instant_wrong", String(text).slice(0, 40));
  return Date.parse(text);
}

export function formatInstant(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

/** The instant `milliseconds` after `at`; throws `instant_wrong`. */
export function shifted(at: string, milliseconds: number): string {
  return formatInstant(parseInstant(at) + milliseconds);
}

/** {"2026": {"holidays": [dates], "make_up_days": [dates]}} */
export type HolidayPlan = Readonly<
  Record<string, { readonly holidays: readonly string[]; readonly make_up_days: readonly string[] }>
>;

/** The State Council's holiday plan: days off and make-up working days, by the years it covers. */
export class WorkingCalendar {
  private readonly years: ReadonlySet<number>;
  private readonly holidays: ReadonlySet<number>;
  private readonly makeUpDays: ReadonlySet<number>;

  /** Throws `date_wrong` for a day that does not exist. */
  constructor(plan: HolidayPlan) {
    const years = Object.values(plan);
    this.years = new Set(Object.keys(plan).map(Number));
    this.holidays = new Set(years.flatMap((year) => year.holidays.map(parseDate)));
    this.makeUpDays = new Set(years.flatMap((year) => year.make_up_days.map(parseDate)));
  }

  /** Whether the plan is known for every year from `first` to `last`; otherwise dates are provisional. */
  covers(first: string, last: string): boolean {
    for (let year = Number(first.slice(0, 4)); year <= Number(last.slice(0, 4)); year += 1) {
      if (!this.years.has(year)) return false;
    }
    return true;
  }

  /** Whether offices work on that day (days since 1970); a year without a plan counts Monday to Friday. */
  isWorkingDay(day: number): boolean {
    if (this.makeUpDays.has(day)) return true;
    const weekday = (((day + 3) % 7) + 7) % 7; // 1 January 1970 was a Thursday; Monday is 0.
    return weekday < 5 && !this.holidays.has(day);
  }
}

/** The date `days` working days after `start`, which itself is not counted. */
export function addWorkingDays(start: string, days: number, calendar: WorkingCalendar): string {
  let day = parseDate(start);
  for (let left = days; left > 0;) {
    day += 1;
    if (calendar.isWorkingDay(day)) left -= 1;
  }
  return formatDate(day);
}

/** How many working days lie after `first` up to and including `last`; 0 when `last` is not later. */
export function workingDaysBetween(first: string, last: string, calendar: WorkingCalendar): number {
  let count = 0;
  const end = parseDate(last);
  for (let day = parseDate(first) + 1; day <= end; day += 1) if (calendar.isWorkingDay(day)) count += 1;
  return count;
}

/** Calendar days from `first` to `last`; negative when `last` is earlier. */
export function daysBetween(first: string, last: string): number {
  return parseDate(last) - parseDate(first);
}

/** Completed years on a day; born on 29 February means a birthday on 1 March. Throws `birth_later`. */
export function age(birth: string, on: string): number {
  if (parseDate(birth) > parseDate(on)) throw new BadTime("birth_later", birth);
  const years = Number(on.slice(0, 4)) - Number(birth.slice(0, 4));
  return on.slice(5) < birth.slice(5) ? years - 1 : years;
}
