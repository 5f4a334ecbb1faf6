/**
 * Names of things for a drawn sample: rooms, seats. As they are typed ("301-312, 315 阁楼" → 301 … 312, 315, 阁楼),
 * as they are generated (zone × numbers), and in the groups in which they are tapped (a floor, a row of seats).
 */
const MOST_IN_RANGE = 300;
const THING = /^[0-9A-Za-z\u4e00-\u9fff][0-9A-Za-z\u4e00-\u9fff_-]{0,19}$/;

export interface Things {
  things: string[];
  /** What could not be read. */
  wrong: string[];
  repeated: string[];
}

const RANGE = /^([A-Za-z\u4e00-\u9fff]*)(\d+)[-~－—至]+\1(\d+)$/;
const LETTERS = /^([A-Z])[-~－—至]+([A-Z])$/;

/** The things of a range; null when it runs backwards or is too long to be meant. */
function range([, prefix = "", from = "", to = ""]: RegExpExecArray): string[] | null {
  const [first, last] = [Number(from), Number(to)];
  if (last < first || last - first >= MOST_IN_RANGE) return null;
  return Array.from(
    { length: last - first + 1 },
    (_, n) => prefix + String(first + n).padStart(from.length, "0"),
  );
}

function wordsOf(text: string): string[] {
  return text
    .normalize("NFKC")
    .split(/[\s,、;]+/)
    .filter(Boolean);
}

export function readThings(text: string): Things {
  const found: string[] = [];
  const wrong: string[] = [];
  for (const word of wordsOf(text)) {
    const match = RANGE.exec(word);
    const things = match ? range(match) : THING.test(word) ? [word] : null;
    if (things === null) wrong.push(word);
    else found.push(...things);
  }
  const things = [...new Set(found)];
  const repeated = [...new Set(found.filter((thing, at) => found.indexOf(thing) !== at))];
  return { things, wrong, repeated };
}

/** Floors or zones: "2-5" → 2 3 4 5, "A-C" → A B C, "" → one zone without a name. */
function zonesOf(text: string): string[] {
  const zones = wordsOf(text.toUpperCase()).flatMap((word) => {
    const letters = LETTERS.exec(word);
    if (letters === null) return readThings(word).things;
    const [first, last] = [letters[1]!.charCodeAt(0), letters[2]!.charCodeAt(0)];
    return Array.from({ length: Math.max(0, last - first + 1) }, (_, n) => String.fromCharCode(first + n));
  });
  return zones.length === 0 ? [""] : zones;
}

/** Every floor with every number of it, written as `readThings` reads it: ("2-3", "01-12") → "201-212 301-312". */
export function generated(zones: string, numbers: string): string {
  return zonesOf(zones)
    .flatMap((zone) => wordsOf(numbers).map((word) => word.replace(/\d+/g, (digits) => zone + digits)))
    .join(" ");
}

export interface Group {
  /** First and last of it, as on the plan in the corridor: 301–312. */
  title: string;
  things: string[];
}

/** Things that stand together: those of a floor (301 … 312), of a row (A01 … A20); order kept. */
export function floorsOf(things: readonly string[]): Group[] {
  const floors = new Map<string, string[]>();
  for (const thing of things) {
    const floor = /^(.*?)\d{1,2}$/.exec(thing)?.[1] ?? "";
    floors.set(floor, [...(floors.get(floor) ?? []), thing]);
  }
  return [...floors.values()].map((group) => ({
    title: group.length === 1 ? group[0]! : `${group[0]!}–${group[group.length - 1]!}`,
    things: group,
  }));
}
