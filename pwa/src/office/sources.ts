/** Public numbers that are about to come into being, as a clerk would name them. */
import { chinaDate, utcToWall } from "@/ui/format";

const MINUTE = 60_000;
const LOTTERY = "21:15";
const CLOSE = "15:00";

export interface SourceChoice {
  readonly key: "index" | "close" | "lottery";
  /** The day and, for an index, the minute: what has to stand in the plan to name one number and no other. */
  readonly day: string;
  readonly time: string;
  /** UTC ISO: the number exists from here on. */
  readonly moment: string;
}

/** What can be offered at a moment, the soonest first. Public holidays are not known here; the clerk sees the name. */
export function sourceChoices(nowMs: number): SourceChoice[] {
  const choices: SourceChoice[] = [];
  // A whole minute at least, so that the witness has time to say his number before.
  const minute = Math.ceil((nowMs + MINUTE) / MINUTE) * MINUTE;
  if (trades(minute)) choices.push(choice("index", minute));
  const today = chinaDate(nowMs);
  const close = Date.parse(`${today}T${CLOSE}:00+08:00`);
  if (weekday(nowMs) && close >= nowMs + MINUTE) choices.push(choice("close", close));
  const draw = Date.parse(`${today}T${LOTTERY}:00+08:00`);
  choices.push(choice("lottery", draw >= nowMs + MINUTE ? draw : draw + 24 * 60 * MINUTE));
  return choices;
}

function choice(key: SourceChoice["key"], ms: number): SourceChoice {
  const moment = new Date(ms).toISOString();
  const wall = utcToWall(moment);
  return { key, day: wall.slice(0, 10), time: wall.slice(11), moment };
}

function weekday(ms: number): boolean {
  const day = new Date(ms + 8 * 60 * MINUTE).getUTCDay();
  return day >= 1 && day <= 5;
}

/** Whether the Shanghai exchange trades continuously at a moment: 9:30 to 11:30, 13:00 to 14:57, on weekdays. */
function trades(ms: number): boolean {
  const time = utcToWall(new Date(ms).toISOString()).slice(11);
  return weekday(ms) && ((time > "09:30" && time <= "11:30") || (time > "13:00" && time <= "14:57"));
}
