/**
 * What a verifier says, in words (specification section 10): the mirror of server/core/draw/words.py.
 * tests/vectors/draw/words.json holds the two tables together.
 */
import { canonical } from "../canonical";
import { Refused } from "../refusal";
import type { Report } from "./types";

/** One thing that does not hold, and where. */
export interface Finding {
  readonly code: string;
  readonly where: string;
  readonly zh: string;
  readonly en: string;
}
type Table = Readonly<Record<string, readonly [zh: string, en: string]>>;

export const WORDS: Table = {
  not_json: [
    "文件不是有效的 JSON：{detail}。文件可能被截断或改动。",
    "The file is not valid JSON: {detail}. It may have been cut short or altered.",
  ],
  not_canonical: [
    "文件内容可以读取，但字节不是规范写法（空格、顺序、转义或重复的键），说明文件在生成后被改写过。",
    "The content can be read, but the bytes are not in canonical form (spaces, order, escapes or a repeated key): the file was rewritten after it was made.",
  ],
  shape: [
    "“{where}”的结构不符合 DSS1 规范：{detail}。",
    "“{where}” does not have the structure DSS1 asks for: {detail}.",
  ],
  certificate_digest: [
    "证书内容的摘要是 {found}，文件写的是 {stated}。证书或所写摘要被改动。",
    "The certificate's content has the digest {found}; the file says {stated}. The certificate or the stated digest was altered.",
  ],
  plan_rule: ["抽取方案违反规则（{rule}）：{detail}。", "The plan breaks a rule ({rule}): {detail}."],
  plan_digest: [
    "抽取方案的摘要是 {found}，证书写的是 {stated}。方案在公告之后被改动，或摘要写错。",
    "The plan has the digest {found}; the certificate says {stated}. The plan was altered after its announcement, or the digest is wrong.",
  ],
  roster_rule: [
    "抽查对象名单与方案不一致（{rule}）：{detail}。名单被增删或改动。",
    "A roster does not agree with the plan ({rule}): {detail}. It was added to, shortened or altered.",
  ],
  ceremony_rule: [
    "抽取过程的记录不成立（{rule}）：{detail}。",
    "The record of the ceremony does not hold ({rule}): {detail}.",
  ],
  seed: [
    "由方案摘要、各方数字和公开数字算出的种子是 {found}，证书写的是 {stated}。",
    "The plan digest, the parties' numbers and the public number give the seed {found}; the certificate says {stated}.",
  ],
  face: [
    "证书首页应当写明：{expected}；实际写的是：{stated}。",
    "The face of the certificate has to say: {expected}; it says: {stated}.",
  ],
  drawn_missing: [
    "分层 {stratum}：{id} 的签号 {ticket} 在线内，应当抽中，证书里没有。",
    "Stratum {stratum}: the ticket of {id}, {ticket}, is below the line, so it is drawn; the certificate leaves it out.",
  ],
  drawn_wrongly: [
    "分层 {stratum}：证书写抽中了 {id}，按计算不应抽中。",
    "Stratum {stratum}: the certificate says {id} was drawn; by calculation it was not.",
  ],
  ticket: [
    "分层 {stratum}：{id} 的签号应为 {found}，证书写的是 {stated}。",
    "Stratum {stratum}: the ticket of {id} is {found}; the certificate says {stated}.",
  ],
  order: [
    "分层 {stratum}：{list} 没有按签号从小到大排列。",
    "Stratum {stratum}: {list} does not stand in the order of the tickets.",
  ],
  alternates: [
    "分层 {stratum}：备选名单应为 {expected}，证书写的是 {stated}。",
    "Stratum {stratum}: the alternates are {expected}; the certificate says {stated}.",
  ],
  value: [
    "“{where}”应为 {expected}，证书写的是 {stated}。",
    "“{where}” should be {expected}; the certificate says {stated}.",
  ],
  team: [
    "{task}，{pool}：按发牌应为 {expected}，证书写的是 {stated}。",
    "{task}, {pool}: the cards give {expected}; the certificate says {stated}.",
  ],
  report: [
    "{task}，{pool}：人员不足的说明应为“{expected}”，证书写的是“{stated}”。",
    "{task}, {pool}: the report of missing people should be “{expected}”; the certificate says “{stated}”.",
  ],
  load: [
    "{id} 的任务数应为 {expected}，证书写的是 {stated}。",
    "The load of {id} should be {expected}; the certificate says {stated}.",
  ],
  annex_digest: [
    "附页的摘要是 {found}，证书写的是 {stated}。附页或证书被改动。",
    "The annex has the digest {found}; the certificate says {stated}. One of the two was altered.",
  ],
  annex_pseudonym: [
    "附页：{identity} 的代号应为 {found}，附页写的是 {stated}。",
    "Annex: the pseudonym of {identity} is {found}; the annex says {stated}.",
  ],
  annex_salt: [
    "附页的盐值与方案公布的承诺不符，代号无法核对。",
    "The salt in the annex is not the one the plan commits to, so the pseudonyms cannot be checked.",
  ],
  amendment_digest: [
    "第 {sequence} 号变更的摘要是 {found}，文件写的是 {stated}。",
    "Amendment {sequence} has the digest {found}; the file says {stated}.",
  ],
  amendment: [
    "第 {sequence} 号变更：“{where}”按下一张牌应为 {expected}，记录写的是 {stated}。",
    "Amendment {sequence}: by the next card “{where}” is {expected}; the record says {stated}.",
  ],
  unrepeatable: ["“{where}”无法重算：{detail}。", "“{where}” cannot be calculated again: {detail}."],
  chain_number: [
    "编号应为 {expected}，实际是 {stated}：记录链有缺号或重号。",
    "Record {expected} is due, but the number is {stated}: the chain has a gap or a repetition.",
  ],
  chain_previous: [
    "第 {number} 号记录引用的上一份摘要是 {stated}，上一份的摘要是 {expected}。",
    "Record {number} names {stated} as the record before it; that record has the digest {expected}.",
  ],
  chain_digest: [
    "第 {number} 号记录的内容摘要是 {found}，公布的是 {stated}。",
    "Record {number} has the digest {found}; {stated} was published.",
  ],
  chain_unannounced: [
    "第 {number} 号记录了结的抽取 {draw} 事先没有公告，或公告的方案摘要不同。",
    "Record {number} closes draw {draw}, which was not announced before, or with another plan digest.",
  ],
  chain_twice: [
    "抽取 {draw} 已经了结，第 {number} 号记录又了结了一次：这是重抽。",
    "Draw {draw} was closed already; record {number} closes it again: this is a redraw.",
  ],
};

export const FACE_WORDS: Table = {
  one_person: [
    "本次抽取由一人单独完成，没有见证人，也没有公开随机数",
    "This draw was made by one person alone, without a witness and without a public number",
  ],
  no_witness: ["没有第二方参与", "No second party took part"],
  witness_at_desk: [
    "见证人的数字是在主办方的设备上输入的",
    "A witness's number was typed at the organiser's own desk",
  ],
  no_public_source: ["没有使用公开随机数", "No public number was used"],
  early_source: [
    "公开随机数在揭示截止之前已经产生",
    "The public number came into being before the deadline for the reveals",
  ],
  absent: ["有一方缺席", "A party was absent"],
  targeted: ["定向抽查", "A targeted draw"],
  sealed: [
    "结果设有保密期，先公布摘要，后公开证书",
    "The result was under seal at first: its digest was published before it",
  ],
};

export const OUT_WORDS: Table = {
  unit: ["不在本单位", "of another unit"],
  competence: ["无相应业务资格", "not competent for the item"],
  auxiliary: ["为辅警", "auxiliary police"],
  certificate: ["执法证无效或过期", "without a valid certificate"],
  leave: ["请假", "on leave"],
  suspended: ["暂停执法", "suspended"],
  other: ["因其他原因", "out for another reason"],
};

const COUNT_WORDS: readonly (readonly ["interest" | "district" | "unavailable" | "taken", string, string])[] =
  [
    ["interest", "{n} 人申报利害关系", "{n} with a declared interest"],
    ["district", "{n} 人属于当地派出所", "{n} of the premises' own station"],
    ["unavailable", "{n} 人临时不能参加", "{n} not available now"],
    ["taken", "{n} 人已在本次检查中", "{n} on this visit already"],
  ];
const RULE_WORDS: Table = {
  too_few: ["", ""],
  senior: ["，其中没有骨干人员", ", none of them senior"],
  household: ["，余下人员之间须回避（同户）", ", who are of one household"],
};

/** The finding `code` at `where`, in both languages. */
export function say(
  code: string,
  where: string,
  facts: Readonly<Record<string, string | number>> = {},
): Finding {
  const [zh, en] = WORDS[code]!;
  const all: Readonly<Record<string, string | number>> = { where, ...facts };
  const fill = (text: string): string =>
    text.replace(/\{([a-z]+)\}/g, (_, name: string) => String(all[name]));
  return { code, where, zh: fill(zh), en: fill(en) };
}

/** What the face of a certificate says. */
export function explainFace(codes: readonly string[]): [zh: string, en: string] {
  if (codes.length === 0) return ["无特别说明", "nothing in particular"];
  const words = codes.map((code) => FACE_WORDS[code] ?? ([code, code] as const));
  return [words.map(([zh]) => zh).join("；"), words.map(([, en]) => en).join("; ")];
}

/** The report of a slot that could not be filled, as one sentence in each language. */
export function explainReport(report: Report): [zh: string, en: string] {
  const zh = [`本队共 ${report.in_pool} 人`];
  const en = [`${report.in_pool} in the brigade`];
  for (const [reason, words] of Object.entries(OUT_WORDS)) {
    const count = report.out[reason] ?? 0;
    if (count === 0) continue;
    zh.push(`${count} 人${words[0]}`);
    en.push(`${count} ${words[1]}`);
  }
  for (const [key, chinese, english] of COUNT_WORDS) {
    if (report[key] === 0) continue;
    zh.push(chinese.replace("{n}", String(report[key])));
    en.push(english.replace("{n}", String(report[key])));
  }
  const why = RULE_WORDS[report.rule]!;
  return [
    `${zh.join("，")}：余 ${report.left} 人${why[0]}，需要 ${report.needed} 人`,
    `${en.join(", ")}: ${report.left} left${why[1]}, ${report.needed} needed`,
  ];
}

/** A value as it is shown in a sentence: canonical JSON, cut at 200 characters. */
export function short(value: unknown): string {
  if (typeof value === "string") return value;
  let text: string;
  try {
    text = canonical(value);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    text = String(value);
  }
  const signs = [...text];
  return signs.length <= 200 ? text : `${signs.slice(0, 200).join("")}…`;
}
