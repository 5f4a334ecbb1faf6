/** Vectors of dates: the twin of tests/core/adapters/calendar.py. */
import {
  WorkingCalendar,
  addWorkingDays,
  age,
  daysBetween,
  formatDate,
  parseDate,
  shifted,
  workingDaysBetween,
} from "../../../src/core/calendar";

function days(month: string, first: number, last: number): string[] {
  return Array.from(
    { length: last - first + 1 },
    (_, at) => `2026-${month}-${String(first + at).padStart(2, "0")}`,
  );
}

const PLAN = new WorkingCalendar({
  "2026": {
    holidays: [
      ...days("01", 1, 3),
      ...days("02", 15, 23),
      ...days("04", 4, 6),
      ...days("05", 1, 5),
      ...days("06", 19, 21),
      ...days("09", 25, 27),
      ...days("10", 1, 7),
    ],
    make_up_days: ["2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10"],
  },
});

interface Given {
  readonly add_working_days?: readonly [string, number];
  readonly working_days_between?: readonly [string, string];
  readonly covers?: readonly [string, string];
  readonly age?: readonly [string, string];
  readonly days_between?: readonly [string, string];
  readonly date?: unknown;
  readonly shifted?: readonly [string, number];
}

export function run(input: unknown): unknown {
  const given = input as Given;
  if (given.add_working_days) return addWorkingDays(...given.add_working_days, PLAN);
  if (given.working_days_between) return workingDaysBetween(...given.working_days_between, PLAN);
  if (given.covers) return PLAN.covers(...given.covers);
  if (given.age) return age(...given.age);
  if (given.days_between) return daysBetween(...given.days_between);
  if (given.shifted) return shifted(...given.shifted);
  return formatDate(parseDate(given.date));
}
