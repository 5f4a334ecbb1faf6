/** Vectors of the checklist engine; the twin of tests/core/adapters/checklist.py. */
import { compileCel } from "../../../src/app/cel";
import {
  combine,
  compileChecklist,
  draw,
  evaluate,
  frameOf,
  rowId,
  sizeOf,
} from "../../../src/core/checklist";
import { switchedOn } from "../../../src/core/checklist/build";
import { functions } from "../../../src/core/checklist/functions";
import { basisTexts } from "../../../src/core/checklist/outcome";
import { plain, scaled } from "../../../src/core/checklist/quantities";
import { moment, startOfDay } from "../../../src/core/checklist/times";
import type {
  CelValue,
  Context,
  Definition,
  Draw,
  Evaluation,
  Law,
  State,
} from "../../../src/core/checklist/types";
import type { Json } from "../../../src/core/canonical";

type Short = Record<string, never>;
type Loose = Record<string, unknown>;

const ITEM = {
  core: true,
  required: true,
  content: "visit",
  basis: [],
  methods: ["on_site", "desk", "remote"],
  class: "R",
  visibility: "all",
  finding: true,
  computed: [],
  sentences: { pass: "{title}合格。", fail: "{title}不合格。" },
};
const TABLE = {
  hand_rows: false,
  min_rows: 0,
  max_rows: 200,
  values: [],
  row_title: { zh: "行", en: "row" },
};
export const CONTEXT: Context = {
  visit_started_at: "2026-11-22T06:05:00.000Z",
  today: "2026-11-22",
  subject: {},
  visit_number: 1,
  visit_cap: null,
  inspection: { id: "0192f0c0-0000-7000-8000-000000000001", number: "叶公（治）检笔字〔2026〕1号" },
  inspectors: [],
  organ: "叶县公安局",
};

function list(value: unknown): Loose[] {
  return (value ?? []) as Loose[];
}

function titled(thing: Loose): Loose {
  const name = String(thing.code ?? thing.key ?? "");
  return { title: { zh: name, en: name }, ...thing };
}

function withOptions(thing: Loose): Loose {
  return thing.options === undefined ? thing : { ...thing, options: list(thing.options).map(titled) };
}

function wholeItem(short: Loose): Loose {
  const item = withOptions(titled({ ...ITEM, ...short }));
  item.computed = list(item.computed).map(titled);
  if (item.table !== undefined) item.table = wholeTable(item.table as Loose);
  return item;
}

function wholeTable(short: Loose): Loose {
  const table: Loose = { ...TABLE, ...short };
  table.columns = list(table.columns).map((column) => withOptions(titled({ required: true, ...column })));
  table.values = list(table.values).map(titled);
  if (table.fixed !== undefined) table.fixed = list(table.fixed).map(titled);
  return table;
}

function wholeList(name: string, entries: Loose[]): Loose {
  const attributes = new Set(entries.flatMap((entry) => Object.keys((entry.attributes ?? {}) as object)));
  return {
    title: { zh: name, en: name },
    attributes: [...attributes].sort(),
    entries: entries.map((entry) => titled({ effective_to: null, attributes: {}, ...entry })),
  };
}

/** A definition from the few things a vector says. */
export function whole(given: unknown): Definition {
  const short = given as Loose;
  const sections = list(short.sections ?? [{ id: "all", place: "trade", items: short.items ?? [] }]);
  const lists = Object.entries((short.lists ?? {}) as Record<string, Loose[]>);
  return {
    format: 1,
    id: short.id ?? "vector",
    trade: short.id ?? "vector",
    version: "1",
    effective_from: "2020-01-01",
    effective_to: null,
    title: { zh: "试", en: "test" },
    matters: [{ zh: "抽查事项甲", en: "matter" }],
    contents: { visit: { zh: "程序", en: "procedure" } },
    facts: list(short.facts).map(titled),
    settings: list(short.settings).map((spec) => titled({ source: "建议值", ...spec })),
    sections: sections.map((section) => ({
      title: { zh: section.id, en: section.id },
      ...section,
      items: list(section.items).map(wholeItem),
    })),
    catalogues: {
      laws: short.laws ?? [],
      results: [],
      holidays: short.holidays ?? {},
      lists: Object.fromEntries(lists.map(([name, entries]) => [name, wholeList(name, entries)])),
    },
  } as unknown as Definition;
}

function mapped(values: unknown, wrap: (value: unknown) => unknown): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries((values ?? {}) as Loose).map(([key, value]) => [key, wrap(value)]),
  );
}

/** A state: answers and findings by bare value; evidence as purposes per path. */
export function wholeState(given: unknown): State {
  const short = given as Loose;
  return {
    answers: mapped(short.answers, (value) => ({ value })),
    conflicts: Object.fromEntries(((short.conflicts ?? []) as string[]).map((key) => [key, []])),
    rows: short.rows ?? {},
    evidence: mapped(short.evidence, (purposes) =>
      (purposes as string[]).map((purpose) => ({ value: { purpose } })),
    ),
    findings: mapped(short.findings, (value) => ({ value })),
    frozen: (short.frozen ?? {}) as object,
    presence: { started_at: null, ended_at: null, ...((short.presence ?? {}) as object) },
  } as unknown as State;
}

/** {"date"}, {"moment"} and {"int": "…"} stand for what JSON cannot say; integers are BigInt. */
function givenValue(value: unknown): CelValue {
  if (Array.isArray(value)) return value.map(givenValue);
  if (typeof value === "number") return BigInt(value);
  if (value === null || typeof value !== "object") return value as CelValue;
  const fields = value as { date?: string; moment?: string; int?: string };
  if (fields.date !== undefined) return startOfDay(fields.date);
  return fields.moment !== undefined ? moment(fields.moment) : BigInt(fields.int!);
}

function shownValue(value: CelValue): unknown {
  if (value instanceof Date) return value.toISOString();
  if (typeof value !== "bigint") return value;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : { int: String(value) };
}

export function run(input: unknown): unknown {
  const given = input as Short & Loose;
  if (given.call !== undefined) {
    const found = functions((given.holidays ?? {}) as never).find((one) => one.name === given.call)!;
    return shownValue(found.run(...((given.arguments as unknown[]).map(givenValue) as never[])));
  }
  if (given.scaled !== undefined) {
    const { number, unit } = given.scaled as { number: string; unit: string };
    const value = scaled(number, unit, given.base as string, given.scale as number);
    return { scaled: String(value), plain: plain(value, given.scale as number) };
  }
  if (given.sample !== undefined) return sampled(given.sample as Loose);
  if (given.combine !== undefined) {
    const joined = combine(list(given.combine).map(whole));
    const places = joined.sections.map((section) => [section.id, section.items.map((item) => item.code)]);
    return { id: joined.id, version: joined.version, sections: places };
  }
  if (given.switch_on !== undefined) {
    const kept = switchedOn(whole(given.definition), given.switch_on as string[]);
    return kept.sections.flatMap((section) => section.items.map((item) => item.code));
  }
  if (given.basis !== undefined) {
    return basisTexts(given.laws as unknown as Law[], given.basis as string[], given.on as string);
  }
  const checklist = compileChecklist(whole(given.definition), compileCel);
  const context = { ...CONTEXT, ...((given.context ?? {}) as object) };
  const result = evaluate(checklist, wholeState(given.state), context);
  return Object.fromEntries((given.show as (keyof Evaluation)[]).map((name) => [name, result[name]]));
}

function sampled(given: Loose): unknown {
  const rule = given.rule as unknown as Draw;
  const things = frameOf(given.answer as Json, rule.frame);
  const keys = draw(given.inspection as string, given.item as string, things, sizeOf(things.length, rule));
  return { keys, rows: keys.map((key) => rowId(given.inspection as string, given.item as string, key)) };
}
