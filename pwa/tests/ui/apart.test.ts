/** What is kept apart from a record, in words: also what this version of the app does not know. */
import { describe, expect, it } from "vitest";
import type { ApartEntry } from "@/api/types";
import type { Definition } from "@/core/checklist/types";
import type { Speech } from "@/locales";
import { apartWay, apartWords, photoOf } from "@/ui/apart";

const definition = {
  sections: [
    { id: "one", items: [{ code: "HT201", type: "text", title: { zh: "登记簿", en: "Register" } }] },
  ],
  catalogues: { lists: {} },
} as unknown as Definition;
const speech = {
  t: (key: string) => key,
  has: (key: string) => key === "kind.finding",
  pick: (text: { zh: string }) => text.zh,
  language: { value: "zh-CN" },
} as unknown as Speech;

function entry(kind: string, value: unknown, path = "HT201"): ApartEntry {
  return { id: "a", author: "b", at: "2026-11-22T06:00:00.000Z", kind, path, value };
}

describe("a statement that is kept apart", () => {
  it("is read like any other", () => {
    expect(apartWords(entry("answer", "缺两页"), definition, speech)).toBe("登记簿：缺两页");
    expect(apartWords(entry("finding", { text: "漏记两人" }), definition, speech)).toBe(
      "登记簿 · kind.finding：漏记两人",
    );
  });

  it("of a kind or at an item that nobody here knows is still named", () => {
    expect(apartWords(entry("hologram", 7), definition, speech)).toBe("登记簿 · hologram");
    expect(apartWords(entry("presence", null, ""), definition, speech)).toBe("summary.visit · presence");
  });

  it("shows its photo, and takes nothing else for one", () => {
    expect(photoOf(entry("evidence", { purpose: "photo", sha256: "ab" }))).toBe("ab");
    expect(photoOf(entry("evidence", { purpose: "held_elsewhere", sha256: "ab" }))).toBeNull();
    expect(photoOf(entry("answer", "ab"))).toBeNull();
  });

  it("goes in by itself when its fault can pass, and is to be said again when it cannot", () => {
    expect(apartWay("not_assigned")).toBe("apart.way_passing");
    expect(apartWay("device_revoked")).toBe("apart.way_again");
    expect(apartWay("kind_unknown")).toBe("apart.way_again");
  });
});
