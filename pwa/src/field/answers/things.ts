/** Names of things for a drawn sample as they are typed: "301-312, 315 阁楼" → 301 … 312, 315, 阁楼. */
const MOST_IN_RANGE = 300;
const THING = /^[0-9A-Za-z\u4e00-\u9fff][0-9A-Za-z\u4e00-\u9fff_-]{0,19}$/;

export interface Things {
  things: string[];
  /** What could not be read. */
  wrong: string[];
  repeated: string[];
}

const RANGE = /^([A-Za-z\u4e00-\u9fff]*)(\d+)[-~－—至]+\1(\d+)$/;

/** The things of a range; null when it runs backwards or is too long to be meant. */
function range([, prefix = "", from = "", to = ""]: RegExpExecArray): string[] | null {
  const [first, last] = [Number(from), Number(to)];
  if (last < first || last - first >= MOST_IN_RANGE) return null;
  return Array.from(
    { length: last - first + 1 },
    (_, n) => prefix + String(first + n).padStart(from.length, "0"),
  );
}

export function readThings(text: string): Things {
  const words = text
    .normalize("NFKC")
    .split(/[\s,、;]+/)
    .filter(Boolean);
  const found: string[] = [];
  const wrong: string[] = [];
  for (const word of words) {
    const match = RANGE.exec(word);
    const things = match ? range(match) : THING.test(word) ? [word] : null;
    if (things === null) wrong.push(word);
    else found.push(...things);
  }
  const things = [...new Set(found)];
  const repeated = [...new Set(found.filter((thing, at) => found.indexOf(thing) !== at))];
  return { things, wrong, repeated };
}
