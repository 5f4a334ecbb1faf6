// @vitest-environment happy-dom
/** The answer widgets and the conflict card, as an inspector meets them. */
import { afterEach, describe, expect, it, vi } from "vitest";
import type { Conflict } from "@/app/ports";
import type { Entry } from "@/core/journal/types";
import RowCard from "@/field/answers/RowCard.vue";
import AnswerField from "@/field/answers/AnswerField.vue";
import ConflictCard from "@/field/inspection/ConflictCard.vue";
import { toasts } from "@/ui/toast";
import { settled, show } from "./screens";
import type { Story } from "./screens";

let story: Story;
/** What settles a difference: the chosen statement and the reason. */
type Settled = [
  { value: unknown; replaces: string[] },
  { kind: string; path: string; value: { text: string } },
];
afterEach(() => {
  story.close();
  toasts.value = [];
  vi.useRealTimers();
});

function answer(
  type: string,
  more: Record<string, unknown> = {},
): { props: Record<string, unknown>; given: unknown[] } {
  const given: unknown[] = [];
  const state = async (value: unknown): Promise<boolean> => given.push(value) > 0;
  const field = { title: { zh: "结存", en: "Stock" }, ...(more.field as object) };
  return {
    given,
    props: { type, path: "PC501", value: null, label: "结存", testid: "answer-PC501", ...more, field, state },
  };
}

describe("合格, 不合格, 不适用", () => {
  it("says which by one tap", async () => {
    const { props, given } = answer("choice");
    story = await show(AnswerField, props);
    await story.tap("answer-PC501-fail");
    expect(given).toEqual(["fail"]);
  });

  it("takes the answer back by a second tap on it", async () => {
    const { props, given } = answer("choice", { value: "pass" });
    story = await show(AnswerField, props);
    expect(story.get("answer-PC501-pass").getAttribute("aria-checked")).toBe("true");
    await story.tap("answer-PC501-pass");
    expect(given).toEqual([null]);
  });

  it("carries a word beside every shape", async () => {
    story = await show(AnswerField, answer("choice").props);
    expect(["pass", "fail", "na"].map((key) => story.get(`answer-PC501-${key}`).textContent?.trim())).toEqual(
      ["合格", "不合格", "不适用"],
    );
  });
});

describe("several out of a list", () => {
  it("are held sorted, in whatever order they were tapped", async () => {
    const options = ["reader", "camera"].map((key) => ({ key, title: { zh: key, en: key } }));
    const { props, given } = answer("multi", { field: { options }, value: ["reader"] });
    story = await show(AnswerField, props);
    await story.tap("answer-PC501-camera");
    expect(given).toEqual([["camera", "reader"]]);
  });
});

describe("a quantity", () => {
  const field = { units: ["kg"], scale: 3 };

  it("is stated as a canonical decimal with its unit when the field is left", async () => {
    const { props, given } = answer("quantity", { field });
    story = await show(AnswerField, props);
    await story.type("answer-PC501", "012.50");
    expect(given).toEqual([]);
    await story.leave("answer-PC501");
    expect(given).toEqual([{ number: "12.5", unit: "kg" }]);
  });

  it("with too many digits is not stated, says why, and stays as typed", async () => {
    const { props, given } = answer("quantity", { field });
    story = await show(AnswerField, props);
    await story.type("answer-PC501", "0.12345");
    await story.leave("answer-PC501");
    expect(given).toEqual([]);
    expect(story.page.querySelector("[role=alert]")?.textContent).toContain("3");
    expect(story.drafts.get("PC501")).toBe("0.12345");
  });

  it("asks the phone for its decimal keyboard", async () => {
    story = await show(AnswerField, answer("quantity", { field }).props);
    expect(story.get("answer-PC501").getAttribute("inputmode")).toBe("decimal");
  });
});

describe("words", () => {
  it("are kept as a draft while typing, before the field is left", async () => {
    vi.useFakeTimers();
    const { props, given } = answer("text");
    story = await show(AnswerField, props);
    await story.type("answer-PC501", "值班巡查记录不全");
    vi.advanceTimersByTime(500);
    await settled();
    expect(story.drafts.get("PC501")).toBe("值班巡查记录不全");
    expect(given).toEqual([]);
  });

  it("are stated when typing rests, and when the page is hidden", async () => {
    vi.useFakeTimers();
    const { props, given } = answer("text");
    story = await show(AnswerField, props);
    await story.type("answer-PC501", " 记录不全 ");
    vi.advanceTimersByTime(4100);
    await settled();
    expect(given).toEqual(["记录不全"]);
    await story.type("answer-PC501", "记录不全，已补");
    window.dispatchEvent(new Event("pagehide"));
    await settled();
    expect(given).toEqual(["记录不全", "记录不全，已补"]);
  });
});

describe("two inspectors disagree", () => {
  const side = (
    id: string,
    value: string,
    authorName: string,
    mine: boolean,
  ): Conflict["claims"][number] => ({
    id,
    value,
    author: authorName,
    authorName,
    device: authorName,
    at: "2026-11-22T06:01:00.000Z",
    mine,
  });
  const conflict: Conflict = {
    key: "answer:HT104",
    family: "answer",
    path: "HT104",
    claims: [side("b".repeat(64), "pass", "李建国", true), side("a".repeat(64), "fail", "王晓梅", false)],
  };

  it("both values stand side by side with names and times", async () => {
    story = await show(ConflictCard, { conflict }, { conflicts: [conflict] });
    expect(story.get("conflict-side-0").textContent).toMatch(/李建国（我）.*14:01/s);
    expect(story.get("conflict-side-1").textContent).toMatch(/王晓梅.*14:01/s);
  });

  it("one tap and a reason settle it: the chosen value replaces both, the reason is a comment there", async () => {
    story = await show(ConflictCard, { conflict }, { conflicts: [conflict] });
    expect(document.querySelector('[data-testid="conflict-reason-1"]')).toBeNull();
    await story.tap("conflict-side-1");
    await story.tap("conflict-reason-4");
    expect(story.said).toHaveLength(1);
    const [[answered, commented]] = story.said as [Settled];
    expect(answered).toMatchObject({ kind: "answer", path: "HT104", value: "fail" });
    expect(answered.replaces).toEqual(["a".repeat(64), "b".repeat(64)]);
    expect(commented).toMatchObject({ kind: "comment", path: "HT104" });
    expect(commented.value.text).toContain("情况有变，以后填的为准");
    expect(toasts.value[0]).toMatchObject({ text: "已选定“fail”：情况有变，以后填的为准" });
  });

  it("can only be settled by the photos where the item has one that was not erased", async () => {
    const shot = { path: "HT104", value: { purpose: "photo", sha256: "c".repeat(64) } };
    const offered = async (evidence: object): Promise<boolean> => {
      story = await show(ConflictCard, { conflict }, { conflicts: [conflict], state: { evidence } });
      await story.tap("conflict-side-1");
      const found = document.querySelector('[data-testid="conflict-reason-2"]') !== null;
      story.close();
      return found;
    };
    expect(await offered({})).toBe(false);
    expect(await offered({ HT105: [shot] }), "a photo of another item").toBe(false);
    expect(await offered({ HT104: [shot] })).toBe(true);
    expect(await offered({ "HT104/one": [shot] }), "a photo of one of its rows").toBe(true);
  });

  it("a reason of one's own settles it when it is given, and nothing is settled without one", async () => {
    story = await show(ConflictCard, { conflict }, { conflicts: [conflict] });
    await story.tap("conflict-side-0");
    expect((story.get("conflict-settle") as HTMLButtonElement).disabled).toBe(true);
    await story.type("conflict-reason", "   ");
    expect((story.get("conflict-settle") as HTMLButtonElement).disabled).toBe(true);
    await story.type("conflict-reason", " 现场复核，确有值班记录 ");
    await story.tap("conflict-settle");
    const [[answered, commented]] = story.said as [Settled];
    expect(answered.value).toBe("pass");
    expect(commented.value.text).toContain("原因：现场复核，确有值班记录");
  });

  it("is not settled by two quick taps twice, and stays open where it was not saved", async () => {
    story = await show(ConflictCard, { conflict }, { conflicts: [conflict], refuses: true });
    await story.tap("conflict-side-0");
    await story.tap("conflict-reason-1");
    expect(story.said).toEqual([]);
    expect((story.get("conflict-reason-1") as HTMLButtonElement).disabled).toBe(false);
    expect(toasts.value).toEqual([]);
  });
});

describe("two inspectors disagree about a row", () => {
  const ROW = "0192f000-0000-7000-8000-000000000001";
  const path = `HT203/${ROW}`;
  const at = "2026-11-22T06:01:00.000Z";
  const claim = (id: string, value: unknown): Conflict["claims"][number] => ({
    ...{ id: id.repeat(64), value, author: id, authorName: id, device: id, at, mine: false },
  });
  const conflict: Conflict = {
    key: `row:${path}`,
    family: "row",
    path,
    claims: [claim("a", null), claim("c", "101")],
  };
  const sides = [
    { id: "a".repeat(64), kind: "row", path, value: null },
    { id: "c".repeat(64), kind: "answer", path: `${path}/room`, value: "101" },
  ];
  const stated = { order: 3, source: "hand", key: null };
  const entries = [
    { id: "r".repeat(64), kind: "row", path, value: stated, replaces: [] },
    { ...sides[0], replaces: ["r".repeat(64)] },
    { ...sides[1], replaces: [] },
  ] as unknown as Entry[];
  const given = {
    conflicts: [conflict],
    state: {
      conflicts: { [conflict.key]: sides },
      answers: { [`${path}/room`]: { value: "101", heads: ["c".repeat(64)] } },
    },
    entries,
  };

  it("keeping it puts the row back where it was and leaves what was filled in", async () => {
    story = await show(ConflictCard, { conflict }, given);
    await story.tap("conflict-side-1");
    await story.tap("conflict-reason-1");
    const [[said]] = story.said as [Settled];
    expect(said).toEqual({ kind: "row", path, value: stated, replaces: ["a".repeat(64)] });
    expect(toasts.value[0]?.action).toBeUndefined();
  });

  it("has two sides, however many cells were filled in on it", async () => {
    const more = { ...conflict, claims: [...conflict.claims, { ...claim("d", "2"), author: "c" }] };
    const filled = [...sides, { id: "d".repeat(64), kind: "answer", path: `${path}/guests`, value: "2" }];
    story = await show(
      ConflictCard,
      { conflict: more },
      { conflicts: [more], state: { conflicts: { [conflict.key]: filled } } },
    );
    expect(story.page.querySelectorAll("[role=radio]")).toHaveLength(2);
    expect(story.get("conflict-side-1").querySelectorAll(".conflict__who")).toHaveLength(1);
  });

  it("keeping it brings back what the other removed with it, and shows beforehand what the row will hold", async () => {
    const key = (name: string): object => ({ key: name, type: "text", title: { zh: name, en: name } });
    const item = { code: "HT203", table: { columns: [key("room"), key("guests")] } };
    const [row, removal, filled] = entries as [Entry, Entry, Entry];
    const room = { ...filled, id: "s".repeat(64), value: "501" };
    const guests = { ...filled, path: `${path}/guests`, value: "2" };
    const removed = { ...removal, replaces: [row.id, room.id] };
    const state = {
      conflicts: { [conflict.key]: [sides[0], { ...sides[1], path: guests.path }] },
      answers: { [guests.path]: { value: "2", heads: [guests.id] } },
    };
    const sections = [{ items: [item] }];
    const known = { ...given, state, sections, entries: [row, room, removed, guests] };
    story = await show(ConflictCard, { conflict }, known);
    expect(story.get("conflict-side-0").textContent).not.toContain("501");
    expect(story.get("conflict-side-1").textContent).toContain("501 · 2");
    await story.tap("conflict-side-1");
    await story.tap("conflict-reason-1");
    expect(story.said[0]!.slice(0, 2)).toEqual([
      { kind: "row", path, value: stated, replaces: [removal.id] },
      { kind: "answer", path: room.path, value: "501" },
    ]);
    expect(story.said[0]![2]).toMatchObject({ kind: "comment", path });
  });

  it("removing it takes everything along, and the toast brings it back", async () => {
    story = await show(ConflictCard, { conflict }, given);
    await story.tap("conflict-side-0");
    await story.tap("conflict-reason-1");
    const [[said]] = story.said as [Settled];
    expect(said).toMatchObject({ value: null, replaces: ["a".repeat(64), "c".repeat(64)] });
    expect(toasts.value[0]?.action?.text).toBe("撤销");
    await toasts.value[0]!.action!.run();
    expect(story.said[1]).toEqual([
      { kind: "row", path, value: stated },
      { kind: "answer", path: `${path}/room`, value: "101" },
    ]);
  });
});

describe("a row that was added by hand", () => {
  it("is known by its room while it is folded, and by its number alone until there is one", async () => {
    const table = {
      row_title: { zh: "间另查客房", en: "further room" },
      columns: [
        { key: "registered", type: "integer" },
        { key: "room", type: "text" },
      ],
      values: [],
    };
    const row = {
      id: "1",
      key: null,
      source: "hand",
      title: "第1间另查客房",
      hidden: [],
      open: [],
      values: {},
    };
    const props = { item: { code: "HT301", table }, table, row, number: 6, expanded: false };
    story = await show(RowCard, props);
    expect(story.get("row-HT301-6-toggle").textContent).toMatch(/^第1间另查客房/);
    story.close();
    const answers = {
      "HT301/1/registered": { value: 2, heads: [] },
      "HT301/1/room": { value: "501", heads: [] },
    };
    story = await show(RowCard, props, { state: { answers } });
    expect(story.get("row-HT301-6-toggle").textContent).toMatch(/^501 · 第1间另查客房/);
  });
});
