/** What the office's rulebook works out before it asks the server: what to read, what goes together, what waits. */
import { describe, expect, it } from "vitest";
import type { Definition, Item, Table } from "@/core/checklist";
import { needWords, useWords } from "@/locales";
import { byPlace, mayWithdraw, sectionsOf, stateOf, switchedTogether } from "@/office/rulebook/rulebook";
import type { LawProvision, Schedule, SwitchRow } from "@/office/rulebook/rulebook";
import { inWords } from "@/ui/why";

const text = (zh: string): { zh: string; en: string } => ({ zh, en: zh });

function item(code: string, core: boolean, more: Partial<Item> = {}): Item {
  const plain = { type: "choice", basis: [], methods: ["on_site"], computed: [], required: true } as const;
  return {
    ...plain,
    code,
    core,
    title: text(`${code}的名称`),
    sentences: { pass: `${code}已登记。` },
    ...more,
  } as unknown as Item;
}

const provision = (article: string): object => ({ article, summary: text("概要") });
const definition = {
  sections: [
    {
      id: "first",
      title: text("第一节"),
      items: [item("HT101", true, { basis: ["penalties/lodging"] }), item("HT102", false)],
    },
    {
      id: "second",
      title: text("第二节"),
      when: { expr: 'HT101 == "pass"', needs: ["HT101"] },
      items: [item("HT201", false, { when: { expr: "HT102_days > 3", needs: ["HT102_days"] } })],
    },
  ],
  catalogues: {
    laws: [
      {
        id: "penalties",
        title: text("治安管理处罚法"),
        kind: "law",
        versions: [
          {
            version: "2012",
            effective_from: "2013-01-01",
            effective_to: "2025-12-31",
            confidence: "confirmed",
            provisions: { lodging: provision("第五十六条") },
          },
          {
            version: "2025",
            effective_from: "2026-01-01",
            effective_to: null,
            confidence: "to_verify",
            provisions: { lodging: provision("第六十七条") },
          },
        ],
      },
    ],
  },
} as unknown as Definition;

describe("reading an edition", () => {
  it("cites the article of the day", () => {
    const article = (on: string): string | undefined =>
      sectionsOf(definition, on)[0]?.items[0]?.basis[0]?.article;
    expect([article("2025-12-31"), article("2026-01-01")]).toEqual(["第五十六条", "第六十七条"]);
  });

  it("says what an item depends on, the section's condition too", () => {
    const [only] = sectionsOf(definition, "2026-01-01")[1]!.items;
    expect(only!.after.map((one) => one.code)).toEqual(["HT101", "HT102"]);
  });

  it("finds by code, title and words of the record, and leaves empty sections out", () => {
    expect(sectionsOf(definition, "2026-01-01", "ht201").map((section) => section.id)).toEqual(["second"]);
    expect(sectionsOf(definition, "2026-01-01", "HT102已登记")[0]?.items).toHaveLength(1);
    expect(sectionsOf(definition, "2026-01-01", "", true).map((section) => section.id)).toEqual(["first"]);
    expect(sectionsOf(definition, "2026-01-01", "没有这样的词")).toEqual([]);
  });
});

describe("a rule in words", () => {
  const table = {
    columns: [{ key: "changed", type: "date", title: text("变更日期") }],
    values: [{ key: "delay", type: "integer", title: text("备案用时"), unit: text("天") }],
  } as unknown as Table;
  const whole = {
    sections: [{ items: [{ code: "HT204", type: "multi", title: text("登记设备"), computed: [] }] }],
    facts: [],
    settings: [{ key: "log_months", type: "integer", title: text("日志保存月数") }],
    catalogues: { lists: {} },
  } as unknown as Definition;

  async function said(expr: string, rows?: Table): Promise<string | null> {
    await needWords(["field"]);
    return inWords({ expr }, whole, useWords(), rows);
  }

  it("says what is counted and which day is meant", async () => {
    expect(await said("size(HT204) < 4")).toBe("“登记设备”的项数< 4");
    expect(await said("visit_date > in_year(visit_date, 3, 31)")).toBe(
      "检查当日晚于检查当日所在年的 3 月 31 日",
    );
    expect(await said("visit_date < add_months(visit_date, -log_months)")).toBe(
      "检查当日早于检查当日之前“日志保存月数”",
    );
  });

  it("knows the columns of the table whose rows it judges, and of no other", async () => {
    expect(await said("delay > 3 || days(changed, visit_date) > 3", table)).toBe(
      "“备案用时”> 3 天，或“变更日期”至检查当日的天数> 3",
    );
    expect(await said("delay > 3")).toBeNull();
  });

  it("leaves to the formula what would need more than a sentence", async () => {
    for (const expr of ["delay > 3 * 60", "delay > 3 ? 1 : 0", "unheard_of(visit_date) > 1", "delay >"])
      expect(await said(expr, table)).toBeNull();
  });
});

const row = (code: string, on: boolean, needs: string[] = []): SwitchRow => ({
  code,
  title: text(code),
  section: text("节"),
  content: text("内容"),
  published: true,
  on,
  needs,
});

describe("switches", () => {
  const rows = [row("HT501", false), row("HT502", false, ["HT501"]), row("HT503", true)];

  it("an item goes on with what it reads", () => {
    expect(switchedTogether(rows, "HT502", true)).toEqual(["HT502", "HT501"]);
    expect(switchedTogether([row("HT501", true), rows[1]!], "HT502", true)).toEqual(["HT502"]);
  });

  it("an item goes off with whatever reads it", () => {
    const all = [row("HT501", true), row("HT502", true, ["HT501"])];
    expect(switchedTogether(all, "HT501", false)).toEqual(["HT501", "HT502"]);
    expect(switchedTogether(all, "HT502", false)).toEqual(["HT502"]);
  });
});

const schedule = (state: Schedule["state"], from: string): Schedule =>
  ({ id: `${state}${from}`, state, effective_from: from }) as Schedule;

describe("schedules", () => {
  it("the office takes back only what is not in force yet", () => {
    const today = "2026-11-22";
    expect(mayWithdraw(schedule("approved", "2026-11-22"), today)).toBe(false);
    expect(mayWithdraw(schedule("approved", "2026-11-23"), today)).toBe(true);
    expect(mayWithdraw(schedule("proposed", "2026-11-20"), today)).toBe(true);
    expect(mayWithdraw(schedule("refused", "2027-01-01"), today)).toBe(false);
  });
});

it("changes stand together with their item, in the order they came", () => {
  const change = (where: string, what: string): Parameters<typeof byPlace>[0][number] => ({
    where,
    what,
    kind: "修改",
    before: null,
    after: "新",
  });
  const places = byPlace([change("HT101", "名称"), change("HT102", "依据"), change("HT101", "用语")]);
  expect(places.map((place) => [place.where, place.changes.length])).toEqual([
    ["HT101", 2],
    ["HT102", 1],
  ]);
});

it("a provision is official only with a text that somebody checked", () => {
  const one = (more: Partial<LawProvision>): LawProvision =>
    ({ text: null, confidence: "confirmed", ...more }) as LawProvision;
  expect(stateOf(one({}))).toBe("summary");
  expect(stateOf(one({ confidence: "to_verify" }))).toBe("verify");
  expect(stateOf(one({ confidence: "to_verify", text: "第六十七条" }))).toBe("official");
});
