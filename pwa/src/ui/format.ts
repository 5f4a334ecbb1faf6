/**
 * How times, distances and sizes are written on screens: Asia/Shanghai, "11-22 周日 14:05" in lists.
 * Everything is stored in UTC; nothing here writes to a record.
 */
import type { Language } from "@/locales";

/** China has one time without summer and winter. */
const CHINA_MS = 8 * 3_600_000;

const WEEKDAYS: Record<Language, readonly string[]> = {
  "zh-CN": ["周日", "周一", "周二", "周三", "周四", "周五", "周六"],
  en: ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"],
};

interface Parts {
  /** "2026-11-22" */
  date: string;
  /** "14:05" */
  time: string;
  weekday: number;
}

/** Reckoned, not asked of Intl: to load its tables costs a slow phone a tenth of a second before its first list. */
function parts(ms: number): Parts {
  const there = new Date(ms + CHINA_MS);
  const iso = there.toISOString();
  return { date: iso.slice(0, 10), time: iso.slice(11, 16), weekday: there.getUTCDay() };
}

/** The date in China of a moment: "2026-11-22". */
export function chinaDate(ms: number): string {
  return parts(ms).date;
}

/** "11-22 周日 14:05" */
export function moment(iso: string, language: Language): string {
  const { date, time, weekday } = parts(Date.parse(iso));
  return `${date.slice(5)} ${WEEKDAYS[language][weekday]} ${time}`;
}

/** "11-22 周日 14:05:26", where a second decides. */
export function exactMoment(iso: string, language: Language): string {
  return `${moment(iso, language)}:${iso.slice(17, 19)}`;
}

/** "14:05" */
export function clockTime(iso: string): string {
  return parts(Date.parse(iso)).time;
}

/** Of a plain date: "11-22 周日". Another year than `today`'s is named: "2027-01-04 周一". */
export function day(date: string, language: Language, today?: string): string {
  const { weekday } = parts(Date.parse(`${date}T04:00:00.000Z`));
  const named = today !== undefined && !date.startsWith(today.slice(0, 4)) ? date : date.slice(5);
  return `${named} ${WEEKDAYS[language][weekday]}`;
}

/** As on paper: "2026年11月22日" / "22 November 2026". */
export function paperDate(date: string, language: Language): string {
  const [year, month, dayOfMonth] = date.split("-").map(Number);
  if (language === "zh-CN") return `${year}年${month}月${dayOfMonth}日`;
  return new Intl.DateTimeFormat("en-GB", { timeZone: "UTC", dateStyle: "long" }).format(new Date(date));
}

/** "14:05" when it was today, else with the date; for "when was it saved, said, synced". */
export function since(iso: string, nowMs: number, language: Language): string {
  return chinaDate(Date.parse(iso)) === chinaDate(nowMs) ? clockTime(iso) : moment(iso, language);
}

/** "850 KB", "3.2 MB" */
export function bytes(count: number): string {
  if (count < 1_000_000) return `${Math.max(1, Math.round(count / 1000))} KB`;
  if (count < 1_000_000_000) return `${(count / 1_000_000).toFixed(1)} MB`;
  return `${(count / 1_000_000_000).toFixed(1)} GB`;
}

/** "320 米", "4.6 公里" / "320 m", "4.6 km" */
export function metres(distance: number, language: Language): string {
  const near = distance < 1000;
  const number = near ? String(Math.max(10, Math.round(distance / 10) * 10)) : (distance / 1000).toFixed(1);
  if (language === "zh-CN") return `${number} ${near ? "米" : "公里"}`;
  return `${number} ${near ? "m" : "km"}`;
}

interface Place {
  readonly lat: string;
  readonly lng: string;
}

/** Metres along the great circle between two places of decimal degrees; for showing only. */
export function distanceBetween(a: Place, b: Place): number {
  const radians = (degrees: string): number => (Number(degrees) * Math.PI) / 180;
  const [lat1, lat2] = [radians(a.lat), radians(b.lat)];
  const dLat = lat2 - lat1;
  const dLng = radians(b.lng) - radians(a.lng);
  const h = Math.sin(dLat / 2) ** 2 + Math.cos(lat1) * Math.cos(lat2) * Math.sin(dLng / 2) ** 2;
  return 2 * 6_371_000 * Math.asin(Math.min(1, Math.sqrt(h)));
}

/** Time inputs of the browser ("2026-11-22T14:05", wall time in China) ⇄ UTC ISO with milliseconds. */
export function wallToUtc(wall: string): string {
  return new Date(`${wall.slice(0, 16)}:00.000+08:00`).toISOString();
}

export function utcToWall(iso: string): string {
  const { date, time } = parts(Date.parse(iso));
  return `${date}T${time}`;
}
