/**
 * The 现场检查笔录: the text that is read to the party, signed, hashed and printed; the mirror of
 * server/core/checklist/narrative.py.
 */
import type { Run } from "./run";
import { EMPTY, ofItem, redrawReasons, slotsOf } from "./sentences";
import { moment, zhMoment } from "./times";
import type { Item, Line, LineKind, Narrative } from "./types";
import { oneLine, trimmed, width } from "./words";

const LINES_PER_PAGE = 19;
const COLUMNS = 56;
const INDENT = 4;
const NUMERALS = Array.from("一二三四五六七八九十");
const METHODS: Readonly<Record<string, string>> = {
  on_site: "实地检查",
  desk: "书面检查",
  remote: "网络监测",
};
const PAPER_CLOSING = "以上内容根据检查时填写的纸质检查表录入。被检查单位在场人员的意见和签名见纸质检查表。";
const CLOSING =
  "以上为本次检查的全部记录。被检查单位在场人员核对无误后，签署意见并逐页签名；拒绝签名的，由检查人员注明情况。";

/** The record of a finished run. */
export function narrate(run: Run): Narrative {
  const body = bodyOf(run);
  const headings = body.filter((one) => one.kind === "heading").length;
  const lines = [
    ...head(run),
    ...body,
    ...problems(run, headings + 1),
    line("closing", run.typedAt ? PAPER_CLOSING : CLOSING),
  ];
  return { pages: paged(lines), text: lines.map((one) => one.text).join("\n"), restricted: restricted(run) };
}

function line(kind: LineKind, text: string, code: string | null = null): Line {
  return { kind, text, code };
}

/** 一 to 九十九. */
export function numeral(number: number): string {
  const tens = Math.floor(number / 10);
  const ones = number % 10;
  if (tens === 0) return NUMERALS[ones - 1]!;
  return `${tens === 1 ? "" : NUMERALS[tens - 1]!}十${ones === 0 ? "" : NUMERALS[ones - 1]!}`;
}

function head(run: Run): Line[] {
  const { context } = run;
  const subject = context.subject as Readonly<Record<string, unknown>>;
  const fact = (key: string): string => {
    const value = Object.prototype.hasOwnProperty.call(subject, key) ? subject[key] : undefined;
    return typeof value === "string" && trimmed(value) !== "" ? oneLine(value) : EMPTY;
  };
  // The bare code: without the kind before it and the site behind it, which are ours.
  const code = fact("statutory_id").split(":").pop()!.split("#")[0]!;
  const matters = run.checklist.definition.matters.map((matter) => matter.zh).join("、");
  return [
    line("organ", oneLine(context.organ)),
    line("title", run.method === "on_site" ? "现场检查笔录" : "检查笔录"),
    line("field", `编号：${oneLine(context.inspection.number)}`),
    line("field", `检查时间：${span(run)}`),
    line("field", `检查地点：${fact("address")}`),
    line("field", `被检查单位：${fact("name")}（统一社会信用代码：${code}）`),
    line("field", `法定代表人（负责人）：${fact("legal_rep")}`),
    line("field", `检查机关：${oneLine(context.organ)}`),
    line("field", `检查人员：${inspectors(run)}`),
    line("field", `记录人：${recorder(run)}`),
    line("field", `抽查事项：${matters}`),
    line("field", `检查方式：${METHODS[run.method]!}`),
    ...paper(run),
  ];
}

function paper(run: Run): Line[] {
  if (!run.typedAt) return [];
  const since = zhMoment(moment(run.typedAt));
  return [
    line(
      "field",
      `补录说明：检查时使用纸质检查表，${since}起由检查人员录入；纸质检查表照片${run.forms}张附卷。`,
    ),
  ];
}

/** From … to …; a visit that was interrupted, with every stay. */
function span(run: Run): string {
  const { presence } = run.state;
  const stays = presence?.stays ?? [];
  const ended = run.context.record_at || presence?.ended_at;
  const written = (at: string | null | undefined): string => (at ? zhMoment(moment(at)) : EMPTY);
  if (stays.length < 2) return `${written(run.context.visit_started_at)}至${written(ended)}`;
  return stays
    .map(
      (stay, at) => `${written(stay.arrived_at)}至${written(at === stays.length - 1 ? ended : stay.left_at)}`,
    )
    .join("；");
}

function inspectors(run: Run): string {
  const people = run.context.inspectors.map(
    (one) => `${oneLine(one.name)}（执法证号：${oneLine(one.cert_no)}）`,
  );
  return people.length === 0 ? EMPTY : people.join("、");
}

function recorder(run: Run): string {
  const named = run.context.recorder;
  if (named !== undefined && trimmed(named) !== "") return oneLine(named);
  const people = run.context.inspectors;
  return people.length === 0 ? EMPTY : oneLine(people[people.length - 1]!.name);
}

function bodyOf(run: Run): Line[] {
  const shown = new Set(run.visible);
  const lines: Line[] = [];
  let number = 0;
  for (const [section] of run.checklist.sections) {
    const told = section.items
      .filter((item) => shown.has(item.code) && item.visibility === "all")
      .map((item): [string, string] => [item.code, tell(run, item)])
      .filter(([, text]) => text !== "");
    if (told.length === 0) continue;
    number += 1;
    lines.push(line("heading", `${numeral(number)}、${section.title.zh}`));
    told.forEach(([code, text], index) => lines.push(line("item", `${index + 1}. ${text}`, code)));
  }
  return lines;
}

/** What the record says on an item: its sentence, the officer's words, the correction, the pictures. */
function tell(run: Run, item: Item): string {
  const { code } = item;
  const verdict = run.verdicts[code]!;
  if (verdict === "open") return item.required ? `${item.title.zh}：${EMPTY}。` : "";
  let text = ofItem(run, item, verdict);
  const finding = run.findings.find((candidate) => candidate.code === code);
  if (finding !== undefined) {
    const slots = slotsOf(item.sentences.fail ?? "");
    if (!slots.includes("finding") && (run.texts.get(code) ?? []).length > 0)
      text = withWords(text, ended(finding.text));
    if (finding.corrected && !slots.includes("correction")) {
      text += `上述问题已当场改正：${ended(finding.correction || EMPTY)}`;
    }
  }
  if (text !== "" && !slotsOf(item.sentences[verdict] ?? "").includes("redraw_reason")) {
    text += redrawn(run, code);
  }
  const photos = run.pictures(code);
  return text !== "" && photos > 0 ? `${text}（附照片或附件${photos}份）` : text;
}

/** The officer's words after the sentence; in its place where he began with it, as the screen offers him. */
function withWords(sentence: string, words: string): string {
  return words.startsWith(sentence) ? words : sentence + words;
}

/** That the sample is not the first one, where the item's own sentence does not say it. */
function redrawn(run: Run, code: string): string {
  const round = run.samples.get(code)?.round ?? 1;
  return round === 1 ? "" : `抽样底数调整后第${round}次抽取，原因：${redrawReasons(run, code) || EMPTY}。`;
}

/** With a full stop, unless the sentence has its end. */
export function ended(text: string): string {
  const stripped = text.replace(/[；，、;,]+$/, "");
  return /[。！？]$/.test(stripped) ? stripped : `${stripped}。`;
}

function problems(run: Run, number: number): Line[] {
  const found = run.findings.filter((finding) => !finding.restricted);
  const lines = [line("heading", `${numeral(number)}、检查发现的问题`)];
  if (found.length === 0) lines.push(line("note", "本次检查在上述检查事项范围内未发现问题。"));
  found.forEach((finding, index) => {
    const corrected = finding.corrected ? "（已当场改正）" : "";
    lines.push(line("note", `（${numeral(index + 1)}）${finding.title.zh}${corrected}。`, finding.code));
  });
  const unchecked = run.items.filter(
    (item) => item.visibility === "all" && run.verdicts[item.code] === "unchecked",
  );
  if (unchecked.length > 0) {
    lines.push(
      line("note", `未检查或无法核实的事项：${unchecked.map((item) => item.title.zh).join("、")}。`),
    );
  }
  return lines;
}

function restricted(run: Run): Line[] {
  return run.items
    .filter((item) => item.visibility === "restricted")
    .map((item): [Item, string] => [item, tell(run, item)])
    .filter(([, text]) => text !== "")
    .map(([item, text]) => line("item", text, item.code));
}

/** Lay the paragraphs on pages of the form; a paragraph is never split, a heading never stands last. */
function paged(lines: readonly Line[]): Line[][] {
  const pages: Line[][] = [[]];
  let used = 0;
  lines.forEach((one, index) => {
    const following = lines[index + 1];
    const need = height(one) + (one.kind === "heading" && following !== undefined ? height(following) : 0);
    if (pages[pages.length - 1]!.length > 0 && used + need > LINES_PER_PAGE) {
      pages.push([]);
      used = 0;
    }
    pages[pages.length - 1]!.push(one);
    used += height(one);
  });
  return pages;
}

function height(one: Line): number {
  return Math.max(1, Math.ceil((width(one.text) + INDENT) / COLUMNS));
}
