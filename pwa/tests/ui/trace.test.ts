// @vitest-environment happy-dom
/** Two inspectors at one item: whose answer stands, and what gave way to it. */
import { afterEach, describe, expect, it } from "vitest";
import { fold, settlements, traceOf, type Entry, type State } from "@/core/journal";
import WhoSaid from "@/field/inspection/WhoSaid.vue";
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

async function seen(entries: Entry[]): Promise<string> {
  story = await show(WhoSaid, { path: "HT101" }, { entries, state: fold(entries) });
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
    expect(await seen([mine, hers])).toBe("您的答案已被改钱思源 08:05 改为“fail”，原为 我：pass知道了");
    await story!.tap("looked-HT101");
    expect(story!.page.textContent).not.toContain("您的答案已被改");
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
      "我 08:09 核对选定；未采用 钱思源：pass",
    );
  });
});
