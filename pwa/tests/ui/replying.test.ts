// @vitest-environment happy-dom
/** What the lead wrote at an item can be answered there. */
import { afterEach, describe, expect, it } from "vitest";
import type { Item } from "@/core/checklist/types";
import { fold, type Entry } from "@/core/journal";
import ItemRemarks from "@/field/inspection/ItemRemarks.vue";
import { show, type Story } from "./screens";

let story: Story | undefined;
afterEach(() => {
  story?.close();
  story = undefined;
});

const item = { code: "HT702", title: { zh: "前台知识问答", en: "Questions" } } as unknown as Item;

function comment(author: string, device: string, text: string, minute: number): Entry {
  return {
    id: `${author}-${minute}`,
    inspection: "visit",
    author,
    device,
    seq: minute,
    prev: null,
    at: `2026-11-22T00:0${minute}:00.000Z`,
    skew_ms: 0,
    kind: "comment",
    path: "HT702",
    value: { text },
    replaces: [],
  };
}

const asked = comment("lead", "server", "请写明抽问的是哪一名前台人员", 1);

describe("the lead's comment at an item", () => {
  it("is answered with words of one's own, which are a comment and no answer", async () => {
    const entries = [asked];
    story = await show(ItemRemarks, { item }, { entries, state: fold(entries) });
    await story.tap("reply-HT702");
    expect((story.get("reply-done-HT702") as HTMLButtonElement).disabled).toBe(true);
    await story.type("reply-words-HT702", " 抽问的是当班的前台人员 ");
    await story.tap("reply-done-HT702");
    expect(story.said).toMatchObject([
      [{ kind: "comment", path: "HT702", value: { text: "抽问的是当班的前台人员" } }],
    ]);
    expect(story.page.querySelector('[data-testid="reply-words-HT702"]')).toBeNull();
  });

  it("is followed by the answer, and nobody is asked to answer a colleague", async () => {
    const entries = [comment("钱思源", "phone of 钱思源", "两人核对：以现场复核为准", 2)];
    story = await show(ItemRemarks, { item }, { entries, state: fold(entries) });
    expect(story.page.querySelector('[data-testid="reply-HT702"]')).toBeNull();
    story.close();
    const both = [asked, ...entries];
    story = await show(ItemRemarks, { item }, { entries: both, state: fold(both) });
    const told = [...story.page.querySelectorAll('[data-testid="item-comment"]')].map(
      (one) => one.textContent,
    );
    expect(told.map((words) => words?.includes("以现场复核为准"))).toEqual([false, true]);
  });

  it("is only read once the record has been handed in", async () => {
    story = await show(ItemRemarks, { item }, { entries: [asked], state: fold([asked]), writable: false });
    expect(story.page.querySelector('[data-testid="item-comment"]')).not.toBeNull();
    expect(story.page.querySelector('[data-testid="reply-HT702"]')).toBeNull();
  });
});
