// @vitest-environment happy-dom
/** Two inspectors at one item: whose answer stands, and what gave way to it. */
import { afterEach, describe, expect, it } from "vitest";
import type { Verdict } from "@/core/checklist/types";
import { fold, settlements, traceOf, type Entry, type State } from "@/core/journal";
import RemovedRows from "@/field/answers/RemovedRows.vue";
import ConflictCard from "@/field/inspection/ConflictCard.vue";
import WhoSaid from "@/field/inspection/WhoSaid.vue";
import AnswerFindings from "@/lead/AnswerFindings.vue";
import TableRows from "@/lead/TableRows.vue";
import type { Reviewing } from "@/lead/reviewing";
import { show, type Story } from "./screens";

let story: Story | undefined;
afterEach(() => {
  story?.close();
  story = undefined;
});

let seq = 0;

/** One answer at HT101; who, what, at which minute after 08:00 in China, in place of what. */
function answer(author: string, value: string | null, minute: number, replaces: Entry[] = []): Entry {
  seq += 1;
  return {
    id: `${author}-${seq}`,
    inspection: "visit",
    author,
    device: `phone of ${author}`,
    seq,
    prev: null,
    at: `2026-11-22T00:${String(minute).padStart(2, "0")}:00.000Z`,
    skew_ms: 0,
    kind: "answer",
    path: "HT101",
    value,
    replaces: replaces.map(({ id }) => id).sort(),
  };
}

function trace(entries: Entry[]): ReturnType<typeof traceOf> {
  const state: State = fold(entries);
  const heads = state.answers["HT101"]?.heads ?? state.cleared["answer:HT101"] ?? [];
  return traceOf(heads, (id) => entries.find((entry) => entry.id === id));
}

async function seen(entries: Entry[], verdict: Verdict = "pass"): Promise<string> {
  const given = { entries, state: fold(entries), verdicts: { HT101: verdict } };
  story = await show(WhoSaid, { path: "HT101" }, given);
  return story.page.textContent!.replace(/\s+/g, " ").trim();
}

describe("what stands in place of another's answer", () => {
  it("is told with the answer that gave way", () => {
    const hers = answer("钱思源", "pass", 2);
    const mine = answer("me", "fail", 5, [hers]);
    expect(trace([hers, mine])).toMatchObject({ how: "replaced", entry: mine, before: [hers] });
  });

  it("is told also after its author has changed it once more, or has cleared it", () => {
    const hers = answer("钱思源", "pass", 2);
    const mine = answer("me", "fail", 5, [hers]);
    const again = answer("me", "na", 6, [mine]);
    const cleared = answer("me", null, 7, [again]);
    expect(trace([hers, mine, again])).toMatchObject({ entry: again, before: [hers] });
    expect(trace([hers, mine, again, cleared])).toMatchObject({ entry: cleared, before: [hers] });
  });

  it("leaves nothing to tell once it was undone, or said the same, or changed one's own words", () => {
    const hers = answer("钱思源", "pass", 2);
    const mine = answer("me", "fail", 5, [hers]);
    expect(trace([hers, mine, answer("me", "pass", 6, [mine])])).toBeNull();
    expect(trace([hers, answer("me", "pass", 6, [hers])])).toBeNull();
    expect(trace([hers, answer("钱思源", "fail", 6, [hers])])).toBeNull();
    expect(trace([])).toBeNull();
  });

  it("is a settlement where both stood side by side", () => {
    const hers = answer("钱思源", "pass", 2);
    const mine = answer("me", "fail", 3);
    const settled = answer("me", "fail", 9, [hers, mine]);
    expect(trace([hers, mine, settled])).toMatchObject({ how: "settled", entry: settled, before: [hers] });
    expect(settlements([hers, mine, settled], [])).toMatchObject([{ entry: settled, sides: [hers, mine] }]);
  });

  it("is the later choice where it was chosen anew: the same two sides, and both choices stay to be read", () => {
    const hers = answer("钱思源", "pass", 2);
    const mine = answer("me", "fail", 3);
    const slip = answer("me", "fail", 9, [hers, mine]);
    const anew = answer("me", "pass", 10, [hers, mine, slip]);
    expect(trace([hers, mine, slip, anew])).toMatchObject({
      ...{ how: "settled", entry: anew, before: [mine], sides: [hers, mine] },
    });
    expect(settlements([hers, mine, slip, anew], []).map(({ sides }) => sides)).toEqual([
      [hers, mine],
      [hers, mine],
    ]);
  });

  it("is told of the other who chooses anew as well", () => {
    const hers = answer("钱思源", "pass", 2);
    const mine = answer("me", "fail", 3);
    const settled = answer("me", "fail", 9, [hers, mine]);
    const anew = answer("钱思源", "pass", 12, [hers, mine, settled]);
    expect(trace([hers, mine, settled, anew])).toMatchObject({ how: "settled", entry: anew, before: [mine] });
  });
});

describe("a row that was removed", () => {
  const row = `HT203/${"0".repeat(8)}-0000-7000-8000-000000000001`;
  const stated = (author: string, minute: number): Entry => ({
    ...answer(author, null, minute),
    ...{ kind: "row", path: row, value: { order: 0, source: "hand", key: null } },
  });
  const cell = (author: string, value: string, minute: number): Entry => ({
    ...answer(author, value, minute),
    path: `${row}/room`,
  });
  const gone = (author: string, minute: number, replaces: Entry[]): Entry => ({
    ...answer(author, null, minute, replaces),
    ...{ kind: "row", path: row },
  });
  const item = {
    code: "HT203",
    table: { row_title: { zh: "客房", en: "Room" }, columns: [{ key: "room", type: "text" }] },
  };

  async function table(entries: Entry[]): Promise<string> {
    const props = { item, table: item.table };
    story = await show(RemovedRows, props, { entries, state: fold(entries) });
    return story.page.textContent!.replace(/\s+/g, " ").trim();
  }

  it("is told to him who had filled it in, with what it held, until he has looked; and can be brought back", async () => {
    const mine = [stated("me", 1), cell("me", "301", 2)];
    const removed = gone("钱思源", 5, mine);
    expect(await table([...mine, removed])).toContain(
      "您填写的一行已被删除钱思源 08:05 删除了“301”（我填写过）",
    );
    await story!.tap("looked-removed-HT203");
    expect(story!.get("trace-removed-HT203").textContent).toContain("删除了“301”");
    await story!.tap("restore-HT203");
    expect(story!.said[0]).toMatchObject([
      { kind: "row", path: row, value: { source: "hand" } },
      { kind: "answer", path: `${row}/room`, value: "301" },
    ]);
  });

  it("is told to the lead too, with all it held and whose words they were", async () => {
    const hers = [stated("钱思源", 1), cell("钱思源", "301", 2)];
    const entries = [...hers, gone("孙庆丰", 5, hers)];
    const state = fold(entries);
    const reviewing = {
      record: { value: { state, evaluation: { rows: {}, samples: {} } } },
      definition: { value: { sections: [{ items: [item] }], catalogues: { lists: {} } } },
      entries: { value: new Map(entries.map((entry) => [entry.id, entry])) },
      nameOf: (person: string) => person,
    } as unknown as Reviewing;
    story = await show(TableRows, { item, table: item.table }, { reviewing });
    expect(story.get("review-removed").textContent?.trim()).toBe(
      "孙庆丰 11-22 周日 08:05 删除了“301”（钱思源填写过）",
    );
  });

  it("and that another went on filling in is a difference: whoever keeps it, or removes it for good, has settled it", async () => {
    const hers = [stated("钱思源", 1), cell("钱思源", "501", 2)];
    const removal = gone("孙庆丰", 5, hers);
    const guests = { ...cell("钱思源", "2", 6), path: `${row}/guests` };
    const kept = { ...stated("钱思源", 9), replaces: [removal.id] };
    const again = { ...cell("钱思源", "501", 9) };
    const all = [...hers, removal, guests];
    expect(settlements([...all, kept, again], [])).toMatchObject([{ entry: kept, sides: [removal, guests] }]);
    const forGood = gone("孙庆丰", 9, [removal, guests]);
    expect(settlements([...all, forGood], [])).toMatchObject([{ entry: forGood, sides: [removal, guests] }]);
    const undone = { ...stated("孙庆丰", 6), replaces: [removal.id] };
    expect(settlements([...hers, removal, undone, cell("孙庆丰", "501", 6)], [])).toEqual([]);
  });

  it("shows no column that was asked at no row", async () => {
    const rows = [
      { id: "202", source: "drawn", title: "202", hidden: ["room"], verdict: "pass" },
      { id: "203", source: "drawn", title: "203", hidden: ["room", "why"], verdict: "pass" },
    ];
    const reviewing = {
      record: { value: { state: fold([]), evaluation: { rows: { HT203: rows }, samples: {} } } },
      definition: { value: { sections: [], catalogues: { lists: {} } } },
      entries: { value: new Map() },
      nameOf: (person: string) => person,
    } as unknown as Reviewing;
    const columns = [
      { key: "room", type: "text", title: { zh: "房号", en: "Room" } },
      { key: "why", type: "text", title: { zh: "说明", en: "Why" } },
    ];
    const table = { source: "drawn", row_title: { zh: "间另查客房", en: "further room" }, columns };
    story = await show(TableRows, { item: { ...item, table }, table }, { reviewing });
    const heads = [...story.page.querySelectorAll("thead th")].map((head) => head.textContent);
    expect(heads).toContain("说明");
    expect(heads).not.toContain("房号");
  });

  it("has at its head what is listed there, not what one more of them is counted by", async () => {
    const evaluation = {
      rows: { HT203: [{ id: "1", source: "hand", title: "第1间另查客房", hidden: [], verdict: "pass" }] },
      samples: {},
    };
    const reviewing = {
      record: { value: { state: fold([]), evaluation } },
      definition: { value: { sections: [], catalogues: { lists: {} } } },
      entries: { value: new Map() },
      nameOf: (person: string) => person,
    } as unknown as Reviewing;
    const head = async (more: object): Promise<string | null | undefined> => {
      const table = { row_title: { zh: "间另查客房", en: "further room" }, columns: [], ...more };
      story = await show(TableRows, { item: { ...item, table }, table }, { reviewing });
      const told = story.page.querySelector("thead th")?.textContent;
      story.close();
      return told;
    };
    expect(await head({ source: "drawn", draw: { thing: { zh: "在住客房", en: "occupied rooms" } } })).toBe(
      "在住客房",
    );
    expect(await head({ source: "hand" })).toBe("序号");
    expect(await head({ source: "fixed" })).toBe("项目");
  });

  it("is told quietly to him who removed it, and to nobody where it was his own alone", async () => {
    const hers = [stated("钱思源", 1), cell("钱思源", "301", 2)];
    expect(await table([...hers, gone("me", 5, hers)])).toBe(
      "我 08:05 删除了“301”（钱思源填写过）恢复这一行",
    );
    story!.close();
    const mine = [stated("me", 1), cell("me", "301", 2)];
    expect(await table([...mine, gone("me", 5, mine)])).toBe("");
  });
});

describe("what was found, when the other says it otherwise", () => {
  const finding = (author: string, text: string, minute: number, replaces: Entry[] = []): Entry => ({
    ...answer(author, null, minute, replaces),
    ...{ kind: "finding", value: { text, corrected_on_site: false } },
  });

  it("is told at the item like an answer, in words", async () => {
    const mine = finding("me", "前台无登记簿", 2);
    const hers = finding("钱思源", "前台登记簿缺3页", 5, [mine]);
    expect(await seen([mine, hers], "fail")).toBe(
      "您写的问题描述已被修改钱思源 08:05 改为“前台登记簿缺3页”，原为 我：前台无登记簿知道了",
    );
  });

  it("is told to him who wrote it when the answer it belongs to gives way", async () => {
    const mine = answer("me", "fail", 2);
    const wrote = finding("me", "前台无登记簿", 3);
    const hers = answer("钱思源", "pass", 5, [mine]);
    expect(await seen([mine, wrote, hers])).toBe(
      "您填写的内容已被修改钱思源 08:05 改为“pass”，原为 我：fail您写的问题描述不再采用：前台无登记簿知道了",
    );
    story!.close();
    expect(await seen([mine, wrote, answer("me", "pass", 6, [mine])])).toBe(
      "您写的问题描述不再采用：前台无登记簿",
    );
    story!.close();
    expect(await seen([mine, wrote], "fail")).toBe("");
  });

  it("stands in the difference beside the answer of him who wrote it", async () => {
    const entries = [answer("me", "pass", 2), answer("钱思源", "fail", 3), finding("钱思源", "没有制度", 4)];
    const state = fold(entries);
    const claims = entries.slice(0, 2).map((one) => ({ ...one, authorName: one.author, mine: false }));
    const conflict = { key: "answer:HT101", family: "answer", path: "HT101", claims };
    story = await show(ConflictCard, { conflict }, { entries, state });
    expect(story.get("conflict-side-0").textContent).not.toContain("没有制度");
    expect(story.get("conflict-side-1").textContent).toContain("问题描述：没有制度");
    await story.tap("conflict-side-0");
    await story.tap("conflict-reason-1");
    story.close();
    const settled = answer("me", "pass", 9, entries.slice(0, 2));
    expect(await seen([...entries, settled])).toBe(
      "我 08:09 核对选定；未采用钱思源填写的“fail”钱思源写的问题描述不再采用：没有制度改选",
    );
  });

  async function byLead(entries: Entry[], verdict: Verdict): Promise<string> {
    const reviewing = {
      record: { value: { state: fold(entries) } },
      definition: { value: { sections: [], catalogues: { lists: {} } } },
      entries: { value: new Map(entries.map((entry) => [entry.id, entry])) },
      nameOf: (person: string) => person,
    } as unknown as Reviewing;
    story = await show(AnswerFindings, { path: "HT101", verdict }, { reviewing });
    const told = story.page.textContent!.trim();
    story.close();
    return told;
  }

  it("is read by the lead as a finding only where the item failed, and under the name of its author", async () => {
    const hers = answer("钱思源", "fail", 2);
    const wrote = finding("钱思源", "没有制度", 3);
    expect(await byLead([hers, wrote], "fail")).toBe("没有制度");
    expect(await byLead([answer("孙庆丰", "fail", 5, [hers]), hers, wrote], "fail")).toBe(
      "问题描述 · 钱思源：没有制度",
    );
    const passed = answer("孙庆丰", "pass", 5, [hers]);
    expect(await byLead([hers, wrote, passed], "pass")).toBe("未采用的问题描述 · 钱思源：没有制度");
    const atOnce = answer("孙庆丰", "pass", 4);
    expect(await byLead([hers, wrote, atOnce], "open")).toBe("问题描述 · 钱思源：没有制度");
  });
});

describe("at the item", () => {
  it("a colleague's answer carries his name and the time, mine carries nothing", async () => {
    expect(await seen([answer("钱思源", "pass", 2)])).toBe("钱思源 · 08:02");
    story!.close();
    expect(await seen([answer("me", "pass", 2)])).toBe("");
    story!.close();
    expect(await seen([answer("me", "pass", 2), answer("钱思源", "pass", 3)])).toBe("");
  });

  it("who lost his answer is told by whom, when, from what to what, until he has looked", async () => {
    const mine = answer("me", "pass", 2);
    const hers = answer("钱思源", "fail", 5, [mine]);
    expect(await seen([mine, hers])).toBe("您填写的内容已被修改钱思源 08:05 改为“fail”，原为 我：pass知道了");
    await story!.tap("looked-HT101");
    expect(story!.page.textContent).not.toContain("您填写的内容已被修改");
    expect(story!.get("trace-HT101").textContent).toContain("原为 我：pass");
  });

  it("who took another's place sees it quietly", async () => {
    const hers = answer("钱思源", "pass", 2);
    expect(await seen([hers, answer("me", "fail", 5, [hers])])).toBe(
      "我 08:05 改为“fail”，原为 钱思源：pass",
    );
  });

  it("what was not taken when a difference was settled stays to be seen", async () => {
    const hers = answer("钱思源", "pass", 2);
    const mine = answer("me", "fail", 3);
    expect(await seen([hers, mine, answer("me", "fail", 9, [hers, mine])])).toBe(
      "我 08:09 核对选定；未采用钱思源填写的“pass”改选",
    );
  });

  it("a slip of the thumb is mended: both sides stand there again, and the other one is chosen", async () => {
    const hers = answer("钱思源", "pass", 2);
    const mine = answer("me", "fail", 3);
    const slip = answer("me", "fail", 9, [hers, mine]);
    await seen([hers, mine, slip]);
    await story!.tap("again-HT101");
    await story!.tap("conflict-side-0");
    await story!.tap("conflict-reason-3");
    expect(story!.said[0]![0]).toMatchObject({
      ...{ kind: "answer", path: "HT101", value: "pass" },
      replaces: [hers.id, mine.id, slip.id].sort(),
    });
    expect(story!.get("again-HT101")).toBeTruthy();
  });
});
