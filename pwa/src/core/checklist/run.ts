/** One evaluation: one pass over the items, each reading only what stands above it; mirror of run.py. */
import type { Json } from "../canonical";
import { conflictsByItem, counted, findingsByItem } from "./by-item";
import { type Checklist, hasTable, type ItemPrograms } from "./compiled";
import { factValue } from "./facts";
import { type MissingWords, missingText } from "./messages";
import { overall } from "./outcome";
import { require } from "./requirements";
import { isTrue, type Lack, type Outcome, Scope } from "./scope";
import { judgeTable } from "./tabular";
import { type Row, rowResult } from "./rows";
import { dayOf, isoDay, moment, startOfDay } from "./times";
import type {
  ComputedValue,
  Context,
  Evaluation,
  Finding,
  FindingWords,
  Item,
  Missing,
  MissingReason,
  Sample,
  State,
  Verdict,
} from "./types";
import { Entries, outward, read, type Reading, type TypedField } from "./values";
import { trimmed } from "./words";

/** A field that can only be left unchecked. */
const UNCHECKABLE: TypedField = { type: "none", title: { zh: "", en: "" } };

/** The path of pictures about the visit as a whole, those of the paper checklist among them. */
const VISIT = "VISIT";

/** The working of one evaluation. */
export class Run {
  readonly date: string;
  readonly entries: Entries;
  readonly method: string;
  readonly scope = new Scope();
  readonly readings = new Map<string, Reading>();
  readonly visible: string[] = [];
  readonly items: Item[] = [];
  readonly verdicts: Record<string, Verdict> = {};
  readonly computed: Record<string, ComputedValue> = {};
  readonly rows = new Map<string, readonly Row[]>();
  readonly samples = new Map<string, Sample>();
  readonly findings: Finding[] = [];
  readonly missing: Missing[] = [];
  readonly texts: ReadonlyMap<string, readonly FindingWords[]>;
  /** When the typing in of a paper checklist began; undefined for a visit with a phone. */
  readonly typedAt: string | undefined;
  /** Photos and scans of that paper; what lies elsewhere shows no signature. */
  readonly forms: number;
  private readonly stated: string[] = [];
  private readonly progress: Record<string, { done: number; total: number }> = {};
  private readonly evidence: ReadonlyMap<string, number>;
  private readonly conflicts: ReadonlyMap<string, readonly string[]>;

  constructor(
    readonly checklist: Checklist,
    readonly state: State,
    readonly context: Context,
  ) {
    const started = context.visit_started_at;
    this.date = started ? isoDay(dayOf(moment(started))) : context.today;
    this.entries = new Entries(checklist.definition.catalogues.lists, this.date);
    this.method = context.method ?? "on_site";
    this.evidence = counted(state.evidence);
    this.conflicts = conflictsByItem(state.conflicts);
    this.texts = findingsByItem(state.findings);
    this.typedAt = state.presence?.typed_at;
    this.forms = (state.evidence[VISIT] ?? []).filter(({ value }) =>
      ["photo", "file"].includes(value.purpose),
    ).length;
  }

  /** Do the pass; call once. */
  go(): this {
    this.surroundings();
    for (const [section, when] of this.checklist.sections) {
      const shown = when === null || isShown(when.run(this.scope));
      const count = (this.progress[section.id] = { done: 0, total: 0 });
      for (const item of section.items) {
        const verdict = this.item(item, shown);
        if (verdict === null || (verdict === "open" && !item.required)) continue;
        count.total += 1;
        if (verdict !== "open") count.done += 1;
      }
    }
    return this;
  }

  private surroundings(): void {
    const { scope, context } = this;
    scope.set("visit_date", startOfDay(this.date));
    if (context.visit_started_at) scope.set("visit_start", moment(context.visit_started_at));
    else this.miss("", "", "visit_not_started", {});
    if (this.typedAt !== undefined && this.forms === 0) this.miss("", VISIT, "paper_missing", {});
    scope.set("visit_number", BigInt(context.visit_number));
    scope.set("visit_cap", BigInt(context.visit_cap ?? 0));
    for (const fact of this.checklist.definition.facts) {
      const value = factValue(fact, context);
      if (value === null) scope.lack([fact.key], "absent");
      else scope.set(fact.key, value);
    }
    for (const setting of this.checklist.definition.settings) {
      const raw: Json =
        setting.type === "quantity"
          ? { number: String(setting.value), unit: setting.units![0]! }
          : setting.value;
      scope.set(setting.key, read(setting as TypedField, raw, { entries: this.entries }).values[0]![1]);
    }
  }

  /** Judge one item; null when it is not asked. */
  private item(item: Item, sectionShown: boolean): Verdict | null {
    const programs = this.checklist.programs(item);
    let shown = sectionShown && (item.methods as readonly string[]).includes(this.method);
    if (shown && programs.when !== null) shown = isShown(programs.when.run(this.scope));
    if (!shown) {
      this.scope.lack(this.names(item, programs), "absent");
      return null;
    }
    const { code } = item;
    this.visible.push(code);
    this.items.push(item);
    const before = this.missing.length;
    for (const path of this.conflicts.get(code) ?? [])
      this.miss(code, path, "conflict", { title: item.title });
    const verdict = this.answered(item, programs);
    this.verdicts[code] = verdict;
    require(this, item, programs, verdict);
    if (verdict === "open" && item.required && this.missing.length === before && this.asks(item)) {
      this.miss(code, code, "unanswered", { title: item.title });
    }
    return verdict;
  }

  /** All variables that an item gives. */
  names(item: Item, programs: ItemPrograms): string[] {
    return [...programs.names, ...item.computed.map((value) => `${item.code}_${value.key}`)];
  }

  /** Whether an open verdict is this item's own fault, not that of an item it depends on. */
  private asks(item: Item): boolean {
    const reading = this.readings.get(item.code);
    return item.type !== "auto" && (reading === undefined || reading.status === "open");
  }

  private answered(item: Item, programs: ItemPrograms): Verdict {
    if (item.type === "auto") {
      this.compute(item, programs);
      return this.judged(programs, "na");
    }
    if (hasTable(item)) return judgeTable(this, item, programs);
    const raw = this.state.answers[item.code]?.value;
    if (item.type === "photo" || item.type === "signature") return this.pictured(item, programs, raw);
    return this.scalar(item, programs, raw);
  }

  private pictured(item: Item, programs: ItemPrograms, raw: Json | undefined): Verdict {
    const unchecked = this.unchecked(item, programs, raw);
    if (unchecked !== null) return unchecked;
    const have = this.pictures(item.code, item.type === "signature");
    this.scope.set(`${item.code}_photos`, BigInt(have));
    if (have === 0) return "open";
    this.compute(item, programs);
    return this.judged(programs, "pass");
  }

  private scalar(item: Item, programs: ItemPrograms, raw: Json | undefined): Verdict {
    const { code } = item;
    const chosen = item.among === undefined ? undefined : this.scope.values.get(item.among);
    const among = item.among === undefined ? undefined : new Set((chosen ?? []) as string[]);
    const unchecked = this.unchecked(item, programs, raw);
    if (unchecked !== null) return unchecked;
    const reading = read(item, raw, { entries: this.entries, among });
    this.readings.set(code, reading);
    if (reading.status === "known") {
      for (const [suffix, value] of reading.values) this.scope.set(code + suffix, value);
      this.compute(item, programs);
      return this.judgedChoice(item, programs, raw!);
    }
    if (reading.status === "invalid") {
      this.miss(code, code, "invalid", { title: item.title, fault: reading.detail });
    } else if (!item.required) {
      this.scope.lack(this.names(item, programs), "absent");
    }
    return "open";
  }

  /** The verdict if the item was left unchecked: open until a reason stands. Null: it was not. */
  unchecked(item: Item, programs: ItemPrograms, raw: Json | undefined): Verdict | null {
    const reading = read(UNCHECKABLE, raw, { entries: this.entries });
    if (reading.status !== "unchecked") return null;
    this.readings.set(item.code, reading);
    this.scope.lack(this.names(item, programs), "unchecked");
    if (trimmed(reading.detail) !== "") return "unchecked";
    this.miss(item.code, item.code, "unchecked_reason", { title: item.title });
    return "open";
  }

  private judgedChoice(item: Item, programs: ItemPrograms, raw: Json): Verdict {
    const standard = item.type === "choice" && item.options === undefined && item.catalogue === undefined;
    const option =
      item.type === "choice" ? item.options?.find((candidate) => candidate.key === raw) : undefined;
    if (option?.result !== undefined) this.stated.push(option.result);
    const stated = standard ? raw : option?.verdict;
    if (stated === "fail" || stated === "na") return stated;
    return this.judged(programs, "pass");
  }

  /** fail if the rule says so; open or unchecked while it cannot say; `absent` where it has nothing to go by. */
  judged(programs: ItemPrograms, absent: Verdict): Verdict {
    if (programs.fails === null) return "pass";
    const found = programs.fails.run(this.scope);
    switch (found.status) {
      case "known":
        return found.value === true ? "fail" : "pass";
      case "unchecked":
        return "unchecked";
      case "absent":
        return absent;
      default:
        return "open";
    }
  }

  /** Calculate the item's named values; a table's (`summary`) may be empty yet, which is no fault. */
  compute(item: Item, programs: ItemPrograms, summary?: Scope): void {
    for (const [value, program] of programs.computed) {
      const name = `${item.code}_${value.key}`;
      const found = summary === undefined ? program.run(this.scope) : program.run(summary, this.scope);
      const shown = found.status === "known" ? outward(value, found.value) : undefined;
      this.computed[name] = shown ?? null;
      if (found.status === "known" && shown !== undefined) {
        this.scope.set(name, found.value);
      } else if (found.status === "known" || found.status === "error") {
        this.scope.lack([name], "open");
        if (summary === undefined) this.miss(item.code, item.code, "calculation", { title: item.title });
      } else {
        this.scope.lack([name], found.status satisfies Lack);
      }
    }
  }

  /** How much evidence an item has: photos, files, what is held elsewhere; or its signatures. */
  pictures(code: string, signatures = false): number {
    return this.evidence.get(signatures ? `${code} signature` : code) ?? 0;
  }

  /** How often the list of a drawn table was frozen, on any phone, and the reasons. */
  frozen(code: string): NonNullable<State["frozen"]>[string] {
    return this.state.frozen?.[code] ?? { lists: 0, reasons: [] };
  }

  /** Note what blocks submission. */
  miss(code: string, path: string, reason: MissingReason, words: MissingWords): void {
    const wording = reason === "invalid" && words.row !== undefined ? "row_invalid" : reason;
    this.missing.push({ code, path, reason_code: reason, text: missingText(wording, words) });
  }

  result(): Evaluation {
    const totals = Object.values(this.progress);
    const complete = this.missing.length === 0 && totals.every((count) => count.done === count.total);
    const [resultCode, details] = overall(this.findings, this.stated, complete);
    return {
      visible: this.visible,
      verdicts: this.verdicts,
      computed: this.computed,
      rows: Object.fromEntries([...this.rows].map(([code, rows]) => [code, rows.map(rowResult)])),
      samples: Object.fromEntries(this.samples),
      findings: this.findings,
      missing: this.missing,
      progress: {
        done: totals.reduce((sum, count) => sum + count.done, 0),
        total: totals.reduce((sum, count) => sum + count.total, 0),
        sections: this.progress,
      },
      result_code: resultCode,
      result_details: details,
    };
  }
}

/** A condition that cannot be calculated shows the item: hiding it would lose the question. */
function isShown(found: Outcome): boolean {
  return found.status === "error" || isTrue(found);
}
