// @vitest-environment happy-dom
/** The checklist in the hand: the floor grid, why an item is asked, person data, a visit that rests. */
import { afterEach, describe, expect, it, vi } from "vitest";
import { typing } from "@/app/saved";
import type { Definition, Evaluation, Item, State as CheckState } from "@/core/checklist/types";
import type { State } from "@/core/journal/types";
import FloorGrid from "@/field/answers/FloorGrid.vue";
import PersonAnswer from "@/field/answers/PersonAnswer.vue";
import TextAnswer from "@/field/answers/TextAnswer.vue";
import { floorsOf, generated, readThings } from "@/field/answers/things";
import { lackingItems } from "@/field/inspection/lacking";
import { isHere, resting } from "@/field/inspection/staying";
import { needWords, useWords } from "@/locales";
import { whyAsked } from "@/ui/why";
import { settled, show } from "./screens";
import type { Story } from "./screens";

let story: Story | undefined;
afterEach(() => {
  story?.close();
  story = undefined;
});

describe("the rooms of a house", () => {
  it("are generated floor by floor", () => {
    expect(generated("2-3", "01-12")).toBe("201-212 301-312");
    expect(generated("A-B", "01-20 25")).toBe("A01-A20 A25 B01-B20 B25");
    expect(generated("", "1-80")).toBe("1-80");
    expect(readThings(generated("2-3", "01-12")).things).toHaveLength(24);
  });

  it("stand in the groups in which they lie along the corridor", () => {
    const groups = floorsOf(["201", "202", "1001", "1002", "A01", "阁楼"]);
    expect(groups.map((group) => group.title)).toEqual(["201–202", "1001–1002", "A01", "阁楼"]);
  });

  it("are taken one by one, or a floor with one tap", async () => {
    const taps: unknown[] = [];
    story = await show(FloorGrid, {
      things: ["201", "202", "301"],
      taken: new Set(["201"]),
      testid: "grid",
      onTake: (things: string[], taken: boolean) => taps.push([things, taken]),
    });
    await story.tap("grid-thing-201");
    await story.tap("grid-thing-301");
    await story.tap("grid-floor-201");
    expect(taps).toEqual([
      [["201"], false],
      [["301"], true],
      [["201", "202"], true],
    ]);
    expect(story.get("grid-thing-201").getAttribute("aria-checked")).toBe("true");
  });
});

describe("why an item is asked", () => {
  const words = (zh: string): { zh: string; en: string } => ({ zh, en: zh });
  const option = (key: string, zh: string): object => ({ key, title: words(zh) });
  const definition = {
    sections: [
      {
        id: "all",
        items: [
          {
            code: "CM08",
            type: "choice",
            title: words("经营状态"),
            computed: [],
            options: [option("open", "正常经营")],
          },
          {
            code: "PC102",
            type: "multi",
            title: words("从业类型"),
            computed: [],
            options: [option("use", "使用"), option("trade", "经营")],
          },
        ],
      },
    ],
    facts: [{ key: "opened_on", type: "date", title: words("开业日期") }],
    settings: [],
    catalogues: { lists: {} },
  } as unknown as Definition;
  const state = { answers: { CM08: { value: "open" } } } as unknown as CheckState;

  async function why(expr: string, needs: string[]): Promise<string[]> {
    await needWords(["field"]);
    const item = { when: { expr, needs } } as unknown as Item;
    return whyAsked(definition, { section: null, item }, state, useWords());
  }

  it("is said in words, with the titles of questions and answers", async () => {
    expect(await why('CM08 == "open"', ["CM08"])).toEqual(["因“经营状态”为“正常经营”，查此项"]);
    expect(await why('"trade" in PC102 || "use" in PC102', ["PC102"])).toEqual([
      "因“从业类型”含“经营”，或“从业类型”含“使用”，查此项",
    ]);
  });

  it("is said with brackets where a comma could be read either way", async () => {
    expect(await why('CM08 == "open" && ("trade" in PC102 || !("use" in PC102))', ["CM08", "PC102"])).toEqual(
      ["因“经营状态”为“正常经营”，且（“从业类型”含“经营”，或“从业类型”不含“使用”），查此项"],
    );
    expect(await why('!(CM08 == "open" && "use" in PC102)', ["CM08", "PC102"])).toEqual([
      "因不符合（“经营状态”为“正常经营”，且“从业类型”含“使用”），查此项",
    ]);
  });

  it("names what was looked at where the condition is a calculation", async () => {
    expect(await why("days(opened_on, visit_date) < 366", ["opened_on", "visit_date"])).toEqual([
      "根据开业日期确定查此项",
    ]);
  });
});

describe("a person", () => {
  const field = { title: { zh: "在场负责人", en: "" }, fields: ["name", "id_number", "phone"] };
  const whole = { name: "周晓梅", id_number: "11010519491231002X", phone: "13800005678" };

  async function asked(value: object | null): Promise<unknown[]> {
    const given: unknown[] = [];
    const state = async (next: unknown): Promise<boolean> => given.push(next) > 0;
    story = await show(PersonAnswer, { field, value, label: "负责人", testid: "person", state });
    await story.tap("person");
    return given;
  }

  it("is never shown whole again, on the form neither", async () => {
    await asked(whole);
    const html = document.body.innerHTML;
    for (const secret of [whole.id_number, whole.phone, whole.name]) expect(html).not.toContain(secret);
    expect((story!.get("person-id_number") as HTMLInputElement).value).toBe("");
  });

  it("keeps what stays empty, and checks what is entered anew", async () => {
    const given = await asked(whole);
    await story!.type("person-phone", "1380000567");
    await story!.tap("person-save");
    expect(given).toEqual([]);
    await story!.type("person-phone", "13900005678");
    await story!.tap("person-save");
    expect(given).toEqual([{ ...whole, phone: "13900005678" }]);
  });

  it("is cleared only when somebody says so", async () => {
    const given = await asked(whole);
    await story!.tap("person-clear");
    expect(given).toEqual([null]);
  });
});

it("a browser that reads no codes says so, and what to do", async () => {
  const field = { title: { zh: "扫码入企", en: "" } };
  story = await show(TextAnswer, {
    type: "scan",
    field,
    path: "CM03",
    value: null,
    label: "码",
    testid: "scan",
  });
  expect(story.get("scan-no-scan").textContent).toContain("输入码旁的编号");
});

it("what was typed before a kill and could not be stated is seen again where it was typed", async () => {
  const field = { title: { zh: "编号", en: "" }, format: "digits" };
  const props = { type: "text", field, path: "CM09", value: null, label: "编号", testid: "text" };
  story = await show(TextAnswer, props, { unstated: { CM09: "半个号" } });
  expect((story.get("text") as HTMLInputElement).value).toBe("半个号");
});

it("letters that lie nowhere yet are not called saved, and do not wait until the typing ends", async () => {
  vi.useFakeTimers();
  try {
    const field = { title: { zh: "编号", en: "" } };
    const props = { type: "text", field, path: "CM09", value: null, label: "编号", testid: "text" };
    story = await show(TextAnswer, props);
    const drafts: unknown[] = [];
    for (const text of ["门", "门口", "门口没", "门口没有"]) {
      await story.type("text", text);
      expect(typing.value).toBe(1);
      await vi.advanceTimersByTimeAsync(150);
      drafts.push(story.drafts.get("CM09"));
    }
    expect(drafts).toEqual([undefined, undefined, "门口没", "门口没"]);
    await vi.advanceTimersByTimeAsync(400);
    expect(story.drafts.get("CM09")).toBe("门口没有");
    expect(typing.value).toBe(0);
  } finally {
    vi.useRealTimers();
  }
});

it("what is typed while a statement is being saved is stated next, though the field was left meanwhile", async () => {
  const said: unknown[] = [];
  let save = (): void => undefined;
  const field = { title: { zh: "编号", en: "" } };
  story = await show(TextAnswer, {
    type: "text",
    field,
    path: "CM09",
    value: null,
    label: "编号",
    testid: "text",
    state: async (value: unknown) => {
      said.push(value);
      await new Promise<void>((done) => (save = done));
      return true;
    },
  });
  await story.type("text", "甲");
  await story.leave("text");
  await story.type("text", "甲乙");
  await story.leave("text");
  save();
  await settled();
  save();
  await settled();
  expect(said).toEqual(["甲", "甲乙"]);
  expect(story.drafts.get("CM09") ?? null).toBeNull();
});

it("a table with three open rows is one item that is missing", () => {
  const missing = ["HT203/1", "HT203/2", "HT203/3", "HT204"].map((path) => ({
    code: path.slice(0, 5),
    path,
  }));
  expect(lackingItems({ missing } as unknown as Evaluation).size).toBe(2);
});

describe("a visit", () => {
  const presence = (...stays: State["presence"]["stays"]): State["presence"] => ({
    started_at: null,
    ended_at: null,
    stays,
    arrivals: [],
  });
  const at = (text: string): number => Date.parse(text);
  const night = { arrived_at: "2026-11-22T15:30:00.000Z", left_at: null, people: ["li"] };

  it("crosses midnight without a question", () => {
    const entries = [{ at: "2026-11-22T16:10:00.000Z" }];
    expect(resting(presence(night), entries, at("2026-11-22T16:40:00.000Z"))).toBeNull();
  });

  it("rests after a departure, and after hours in which nobody stated anything", () => {
    const left = { ...night, left_at: "2026-11-22T17:00:00.000Z" };
    expect(resting(presence(left), [], at("2026-11-23T01:00:00.000Z"))?.why).toBe("left");
    expect(resting(presence(night), [], at("2026-11-23T01:00:00.000Z"))?.why).toBe("forgotten");
    expect(resting(presence(left), [], at("2026-11-22T17:10:00.000Z"))).toBeNull();
    expect(resting(presence(), [], at("2026-11-23T01:00:00.000Z"))).toBeNull();
  });

  it("knows who is there", () => {
    expect(isHere(presence(night), "li")).toBe(true);
    expect(isHere(presence(night), "wang")).toBe(false);
    expect(isHere(presence({ ...night, left_at: "2026-11-22T17:00:00.000Z" }), "li")).toBe(false);
  });
});
