// @vitest-environment happy-dom
/** Evidence that is not on the phone: looked at, corrected, withdrawn. */
import { afterEach, expect, it } from "vitest";
import ElsewhereSheet from "@/field/inspection/ElsewhereSheet.vue";
import HeldSheet from "@/field/inspection/HeldSheet.vue";
import type { Held } from "@/ui/evidence";
import { show, type Story } from "./screens";

let story: Story | undefined;
afterEach(() => {
  story?.close();
  story = undefined;
});

const held: Held = {
  id: "record",
  path: "HT101",
  author: "钱思源",
  device: "phone",
  at: "2026-11-22T00:02:00.000Z",
  value: {
    purpose: "held_elsewhere",
    carrier: "body_camera",
    number: "DSJ-0412",
    held_by: "钱思源",
    from: "2026-11-22T00:00:00.000Z",
    to: null,
    sha256: null,
  },
};

it("tells what it is, who holds it and who recorded it", async () => {
  story = await show(HeldSheet, { held });
  const text = story.get("held-sheet").textContent!;
  for (const fact of ["执法记录仪", "DSJ-0412", "11-22 周日 08:00", "钱思源 11-22 周日 08:02"])
    expect(text).toContain(fact);
});

it("is withdrawn with a reason only", async () => {
  story = await show(HeldSheet, { held });
  await story.tap("held-withdraw");
  expect(story.said).toEqual([]);
  await story.type("held-withdraw-reason", "登记到别的项目");
  await story.tap("held-withdraw");
  expect(story.said).toEqual([
    [{ kind: "withdraw", path: "HT101", value: { reason: "登记到别的项目" }, replaces: ["record"] }],
  ]);
});

it("is corrected by a new record that takes its place, in one breath", async () => {
  story = await show(ElsewhereSheet, { path: "HT101", correcting: held });
  await story.type("elsewhere-number", "DSJ-0421");
  await story.tap("elsewhere-save");
  expect(story.said).toEqual([
    [
      { kind: "evidence", path: "HT101", value: { ...held.value, number: "DSJ-0421" } },
      { kind: "withdraw", path: "HT101", value: { reason: "登记有误，已重新登记" }, replaces: ["record"] },
    ],
  ]);
});
