/** What comes first: the tasks of the day, the next open item, how differences were settled. */
import { describe, expect, it } from "vitest";
import type { TaskCard } from "@/app/ports";
import type { Definition, Evaluation } from "@/core/checklist/types";
import type { Comment, Entry } from "@/core/journal/types";
import { nextOpen } from "@/field/inspection/next-open";
import { grouped } from "@/field/tasks/grouping";
import { settlements } from "@/core/journal";

function card(number: string, from: string, to: string, phase: TaskCard["phase"] = "not_started"): TaskCard {
  return { task: { number, window: { from, to } }, phase } as TaskCard;
}

describe("the tasks", () => {
  it("today's come first, then what came back, then what is overdue", () => {
    const groups = grouped(
      [
        card("later", "2026-12-01", "2026-12-09"),
        card("overdue", "2026-11-01", "2026-11-21"),
        card("done", "2026-11-01", "2026-11-30", "signed_off"),
        card("back", "2026-11-01", "2026-11-02", "returned"),
        card("today", "2026-11-22", "2026-11-22"),
      ],
      "2026-11-22",
    );
    expect(groups.map((group) => group.key)).toEqual(["today", "returned", "overdue", "later", "done"]);
  });

  it("what ends sooner stands higher", () => {
    const [today] = grouped(
      [card("b", "2026-11-01", "2026-11-30"), card("a", "2026-11-01", "2026-11-23")],
      "2026-11-22",
    );
    expect(today!.cards.map((one) => one.task.number)).toEqual(["a", "b"]);
  });
});

describe("the next open item", () => {
  const item = (code: string): object => ({ code });
  const definition = {
    sections: [
      { id: "one", items: [item("HT101"), item("HT102")] },
      { id: "two", items: [item("HT201"), item("HT999")] },
    ],
  } as unknown as Definition;
  const missing = (...codes: string[]): Evaluation =>
    ({ visible: ["HT101", "HT102", "HT201"], missing: codes.map((code) => ({ code })) }) as Evaluation;

  it("is the first after where we are, and goes round to the beginning", () => {
    expect(nextOpen(definition, missing("HT101", "HT201"), "HT102")).toEqual({
      section: "two",
      code: "HT201",
    });
    expect(nextOpen(definition, missing("HT101"), "HT201")).toEqual({ section: "one", code: "HT101" });
  });

  it("is never an item that is not shown, and none when all is done", () => {
    expect(nextOpen(definition, missing("HT999"), "")).toBeNull();
    expect(nextOpen(definition, missing(), "")).toBeNull();
  });
});

describe("what the lead reads of differences", () => {
  const entry = (id: string, value: string, at: string, replaces: string[] = []): Entry =>
    ({ id, kind: "answer", path: "HT104", author: id, value, at, replaces }) as unknown as Entry;
  const sides = [
    entry("a", "pass", "2026-11-22T06:00:00.000Z"),
    entry("b", "fail", "2026-11-22T06:01:00.000Z"),
  ];
  const settling = { ...entry("c", "fail", "2026-11-22T06:05:00.000Z", ["a", "b"]), author: "li" };
  const comment = {
    path: "HT104",
    author: "li",
    at: "2026-11-22T06:05:00.001Z",
    text: "当场核对",
  } as Comment;

  it("is every side, who chose, and why", () => {
    expect(settlements([...sides, settling], [comment])).toEqual([
      { entry: settling, sides, reason: "当场核对" },
    ]);
  });

  it("is nothing where both had said the same", () => {
    const agreed = [sides[0]!, { ...sides[1]!, value: "pass" } as Entry, settling];
    expect(settlements(agreed, [])).toEqual([]);
  });
});
