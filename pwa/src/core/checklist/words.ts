/** Text as it enters the record; the mirror of server/core/checklist/words.py. */

const EDGES = /^[ \t\r\n\u00a0\u3000]+|[ \t\r\n\u00a0\u3000]+$/g;
const BREAKS = /[\x00-\x1f\x7f\u0085\u2028\u2029]+/g;

/** Without blanks at the ends; the set of blanks is ours, because languages differ in theirs. */
export function trimmed(text: string): string {
  return text.replace(EDGES, "");
}

/** Free text for one line of the record: breaks and control characters become one space. */
export function oneLine(text: string): string {
  return trimmed(text.replace(BREAKS, " "));
}

/** Of an identity number only its end. */
export function last4(number: string): string {
  return `尾号${Array.from(number).slice(-4).join("")}`;
}

/** Width in half columns: ASCII one, everything else two. */
export function width(text: string): number {
  let total = 0;
  for (const char of text) total += char < "\x80" ? 1 : 2;
  return total;
}
