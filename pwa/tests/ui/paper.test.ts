/** A visit on paper: only times that can be, stated as what the paper says and not as where a phone was. */
import { describe, expect, it } from "vitest";
import { timeFault, visitOnPaper } from "@/field/paper/paper";

const NOW = Date.parse("2026-11-23T01:00:00.000Z");

describe("the times of a paper checklist", () => {
  it("both have to be there, in order, and not in the future", () => {
    expect(timeFault("", "2026-11-22T11:30", NOW)).toBe("missing");
    expect(timeFault("2026-11-22T10:00", "2026-11-22T10:00", NOW)).toBe("order");
    expect(timeFault("2026-11-22T10:00", "2026-11-23T09:01", NOW)).toBe("future");
    expect(timeFault("2026-11-22T10:00", "2026-11-22T11:30", NOW)).toBeNull();
  });

  it("are stated in UTC, without a position", () => {
    expect(visitOnPaper("2026-11-22T10:00", "2026-11-22T11:30").map((one) => one.value)).toEqual([
      { event: "arrived", position: null, stated_at: "2026-11-22T02:00:00.000Z" },
      { event: "left", position: null, stated_at: "2026-11-22T03:30:00.000Z" },
    ]);
  });
});
