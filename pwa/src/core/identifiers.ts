/**
 * Identifiers of people and businesses: read, checked and masked. The mirror of
 * server/core/identifiers.py. Readers return the one written form or throw BadIdentifier.
 */
import { isDate } from "./calendar";
import { Refused } from "./refusal";

export class BadIdentifier extends Refused {}

const USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY";
const USCC_WEIGHTS = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];
const ORGANISATION_WEIGHTS = [3, 7, 9, 10, 5, 8, 4, 2];
const RESIDENT_WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const RESIDENT_CHECKS = "10X98765432";

// The compound surnames one meets; a mask that keeps only 欧 of 欧阳 would name somebody else.
const COMPOUND_SURNAMES =
  " 欧阳 司马 上官 诸葛 东方 皇甫 尉迟 公孙 慕容 长孙 宇文 司徒 令狐 端木 夏侯 轩辕 南宫 西门 独孤 申屠 ";

export interface ResidentId {
  readonly number: string;
  readonly division: string;
  readonly birth: string;
  readonly sex: "male" | "female";
}

/** The one written form: half-width, upper case, without blanks and hyphens. */
export function written(text: string): string {
  return text
    .normalize("NFKC")
    .toUpperCase()
    .replace(/[- \t\r\n]/g, "");
}

function weighed(values: readonly number[], weights: readonly number[]): number {
  return weights.reduce((sum, weight, at) => sum + weight * values[at]!, 0);
}

/** Read a 统一社会信用代码 (GB 32100-2015); throws `uscc_length`, `uscc_character` or `uscc_check`. */
export function uscc(text: string): string {
  const code = written(text);
  const marks = Array.from(code);
  if (marks.length !== 18) throw new BadIdentifier("uscc_length", String(marks.length));
  const values = marks.map((mark) => USCC_ALPHABET.indexOf(mark));
  if (values.includes(-1)) throw new BadIdentifier("uscc_character");
  // The outer modulus matters: a total of 0 gives 31, which the alphabet does not have.
  if (values[17] !== (31 - (weighed(values, USCC_WEIGHTS) % 31)) % 31) throw new BadIdentifier("uscc_check");
  return code;
}

/** Whether positions 9 to 17 of a written USCC satisfy GB 11714: a hint for people, not a refusal. */
export function organisationCheck(code: string): boolean {
  const values = Array.from(code.slice(8, 16), (mark) => parseInt(mark, 36));
  return code[16] === "0123456789X0"[11 - (weighed(values, ORGANISATION_WEIGHTS) % 11)];
}

/**
 * Read a 居民身份证 number or one of the same build; throws `resident_id_length`,
 * `resident_id_character`, `resident_id_check` or `resident_id_date`.
 */
export function residentId(text: string): ResidentId {
  const number = written(text);
  const length = Array.from(number).length;
  if (length !== 18) throw new BadIdentifier("resident_id_length", String(length));
  if (!/^[1-9][0-9]{16}[0-9X]$/.test(number)) throw new BadIdentifier("resident_id_character");
  const total = weighed(Array.from(number.slice(0, 17), Number), RESIDENT_WEIGHTS);
  if (number[17] !== RESIDENT_CHECKS[total % 11]) throw new BadIdentifier("resident_id_check");
  const birth = `${number.slice(6, 10)}-${number.slice(10, 12)}-${number.slice(12, 14)}`;
  if (!isDate(birth)) throw new BadIdentifier("resident_id_date", birth);
  return { number, division: number.slice(0, 6), birth, sex: Number(number[16]) % 2 ? "male" : "female" };
}

/** Read a 警号: six digits, leading zeros kept; throws `badge_no_wrong`. */
export function badgeNo(text: string): string {
  const number = written(text);
  if (!/^[0-9]{6}$/.test(number)) throw new BadIdentifier("badge_no_wrong");
  return number;
}

/** Read a mobile number of mainland China, with or without +86; throws `phone_wrong`. */
export function phone(text: string): string {
  const number = written(text).replace(/^(\+86|0086)/, "");
  if (!/^1[3-9][0-9]{9}$/.test(number)) throw new BadIdentifier("phone_wrong");
  return number;
}

/** Surname and one `mark` for every further character: 张三 → 张*, with 某 for running text 张某. */
export function maskName(name: string, mark = "*"): string {
  const marks = Array.from(name.trim());
  const first = marks[0];
  if (first === undefined) return "";
  const point = first.codePointAt(0)!;
  if ((point < 0x3400 || point > 0x9fff) && point < 0x20000) return first + mark.repeat(3);
  const compound = marks.length > 2 && COMPOUND_SURNAMES.includes(` ${marks[0]}${marks[1]} `);
  const kept = compound ? 2 : 1;
  return marks.slice(0, kept).join("") + mark.repeat(Math.max(1, marks.length - kept));
}

/** Division code and last four of a resident number; of any other document only two at each end. */
export function maskId(number: string): string {
  const marks = Array.from(written(number));
  if (marks.length === 18) return marks.slice(0, 6).join("") + "*".repeat(8) + marks.slice(14).join("");
  if (marks.length <= 6) return "*".repeat(marks.length);
  return marks.slice(0, 2).join("") + "*".repeat(marks.length - 4) + marks.slice(-2).join("");
}

/** First three and last four of a mobile number; of any other number only the last two. */
export function maskPhone(number: string): string {
  const marks = Array.from(written(number));
  if (marks.length === 11) return `${marks.slice(0, 3).join("")}****${marks.slice(7).join("")}`;
  if (marks.length <= 4) return "*".repeat(marks.length);
  return "*".repeat(marks.length - 2) + marks.slice(-2).join("");
}
