/** A visit on paper: only times that can be, stated as what the paper says and not as where a phone was. */
import { describe, expect, it } from "vitest";
import { timeFault, visitOnPaper } from "@/field/paper/paper";
import { needWords, useWords } from "@/locales";
import { stopOf } from "@/ui/presence";

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

describe("an arrival in words", () => {
  const HOTEL = { lat: "33.62700", lng: "113.35100" };
  const TYPED = "2026-11-23T01:00:00.000Z";

  it("from paper was when the paper says, and says that it was typed in later", async () => {
    await needWords(["field"]);
    const [arrived] = visitOnPaper("2026-11-22T10:00", "2026-11-22T11:30");
    const stop = stopOf(arrived!.value, TYPED, HOTEL, useWords());
    expect(stop.at).toBe("2026-11-22T02:00:00.000Z");
    expect(stop.where).toBe("纸质检查表所记，11-23 周一 09:00 补录");
  });

  it("with a phone was when and where it was said", async () => {
    await needWords(["field"]);
    const position = { lat: "33.62700", lng: "113.35200", accuracy_m: 12, age_s: 3 };
    const said = { event: "arrived", position } as const;
    expect(stopOf(said, TYPED, HOTEL, useWords())).toEqual({
      at: TYPED,
      where: "距场所 90 米，误差 12 米",
      far: false,
    });
    const elsewhere = { ...said, position: { ...position, lat: "33.72700" } };
    expect(stopOf(elsewhere, TYPED, HOTEL, useWords())).toMatchObject({
      where: "距登记地址 11.1 公里（误差 12 米），请核对位置",
      far: true,
    });
    expect(stopOf({ ...said, position: null }, TYPED, HOTEL, useWords()).where).toBe("未取得位置");
  });
});
