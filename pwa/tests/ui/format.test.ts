import { describe, expect, test } from "vitest";
import { chinaDate, clockTime, day, moment, utcToWall, wallToUtc } from "@/ui/format";
import type { Language } from "@/locales";

/** What the browser's own tables say about the same moment in China. */
function byIntl(iso: string, language: Language): Record<string, string> {
  const format = new Intl.DateTimeFormat(language, {
    timeZone: "Asia/Shanghai",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    weekday: "short",
    hourCycle: "h23",
  });
  return Object.fromEntries(format.formatToParts(new Date(iso)).map(({ type, value }) => [type, value]));
}

/** Every 31 hours and a bit over six years: each hour, weekday, month's end and a leap day. */
const MOMENTS = Array.from({ length: 1700 }, (_, n) =>
  new Date(Date.UTC(2023, 11, 30, 15, 59) + n * 111_660_000).toISOString(),
);

describe("times on screens", () => {
  test.each<Language>(["zh-CN", "en"])("say in %s what the browser's tables say", (language) => {
    for (const iso of MOMENTS) {
      const p = byIntl(iso, language);
      expect(moment(iso, language)).toBe(`${p.month}-${p.day} ${p.weekday} ${p.hour}:${p.minute}`);
      expect(day(chinaDate(Date.parse(iso)), language)).toBe(`${p.month}-${p.day} ${p.weekday}`);
    }
  });

  test("turn to the next day at midnight in China", () => {
    expect(chinaDate(Date.parse("2026-11-22T15:59:59.999Z"))).toBe("2026-11-22");
    expect(chinaDate(Date.parse("2026-11-22T16:00:00.000Z"))).toBe("2026-11-23");
    expect(clockTime("2026-11-22T16:05:00.000Z")).toBe("00:05");
  });

  test("name the year where it is another one", () => {
    expect(day("2027-01-04", "zh-CN", "2026-11-22")).toBe("2027-01-04 周一");
    expect(day("2026-11-22", "en", "2026-11-22")).toBe("11-22 Sun");
  });

  test("go into the browser's inputs and come back the same", () => {
    for (const iso of MOMENTS.slice(0, 50)) expect(wallToUtc(utcToWall(iso))).toBe(iso);
  });
});
