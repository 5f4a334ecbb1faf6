/**
 * Days and instants as expressions see them; the mirror of server/core/checklist/times.py. Both are
 * `Date`s: a date is the first instant of that day in Shanghai. All counting of days is counting of
 * Shanghai calendar days. Days are numbers of days since 1970.
 */
import { BadTime, formatDate, parseDate, parseInstant } from "../calendar";

const DAY = 86_400_000;
const OFFSET = 8 * 3_600_000;
const FIRST = parseDate("1800-01-01");
const LAST = parseDate("2199-12-31");
const REMEMBERED = 4096;

/** Reads texts once: the same ones come again on every keystroke, and a Date is never changed here. */
function remembering(parse: (text: string) => Date): (text: string) => Date {
  const known = new Map<string, Date>();
  return (text) => {
    let at = known.get(text);
    if (at === undefined) {
      at = parse(text);
      if (known.size >= REMEMBERED) known.clear();
      known.set(text, at);
    }
    return at;
  };
}

/** Read "2026-11-22" as the first instant of that day in Shanghai. Throws BadTime (date_wrong). */
export const startOfDay = remembering((text) => fromDay(parseDate(text)));

/** Read "2026-11-22T06:05:00.000Z". Throws BadTime (instant_wrong). */
export const moment = remembering((text) => new Date(parseInstant(text)));

/** The Shanghai calendar day of an instant. */
export function dayOf(instant: Date): number {
  return Math.floor((instant.getTime() + OFFSET) / DAY);
}

/** The first instant of a Shanghai calendar day. Throws BadTime outside 1800 to 2199. */
export function fromDay(day: number): Date {
  return new Date(within(day) * DAY - OFFSET);
}

function within(day: number): number {
  if (day < FIRST || day > LAST) throw new BadTime("date_wrong", String(day));
  return day;
}

/** Throws BadTime outside 1800 to 2199. */
export function addDays(day: number, days: bigint): number {
  if (days > 200_000n || days < -200_000n) throw new BadTime("date_wrong", `${days} days`);
  return within(day + Number(days));
}

/** Same day of the month `months` later; the last day of that month where it has none. */
export function addMonths(day: number, months: bigint): number {
  if (months > 6_000n || months < -6_000n) throw new BadTime("date_wrong", `${months} months`);
  const [year, month, date] = parts(day);
  const index = year * 12 + month - 1 + Number(months);
  const first = Date.UTC(Math.floor(index / 12), index - Math.floor(index / 12) * 12, 1) / DAY;
  const following =
    Date.UTC(Math.floor((index + 1) / 12), index + 1 - Math.floor((index + 1) / 12) * 12, 1) / DAY;
  return within(first + Math.min(date, following - first) - 1);
}

/** 周岁 as police count them: full from the day after the birthday. */
export function fullYears(birth: number, on: number): number {
  const [birthYear, birthMonth, birthDate] = parts(birth);
  const [year, month, date] = parts(on);
  const reached = month > birthMonth || (month === birthMonth && date > birthDate);
  return year - birthYear - (reached ? 0 : 1);
}

function parts(day: number): [number, number, number] {
  const at = new Date(day * DAY);
  return [at.getUTCFullYear(), at.getUTCMonth() + 1, at.getUTCDate()];
}

export function isoDay(day: number): string {
  return formatDate(day);
}

export function zhDate(day: number): string {
  const [year, month, date] = parts(day);
  return `${year}年${month}月${date}日`;
}

export function zhMoment(instant: Date): string {
  const local = new Date(instant.getTime() + OFFSET);
  const two = (value: number): string => String(value).padStart(2, "0");
  return `${zhDate(dayOf(instant))}${two(local.getUTCHours())}时${two(local.getUTCMinutes())}分`;
}
