/** Which public number is offered first depends on the hour: the clerk should wait a minute, not a day. */
import { describe, expect, it } from "vitest";
import { sourceChoices } from "../../src/office/sources";

const at = (wall: string): number => Date.parse(`${wall}+08:00`);
const offered = (wall: string): string[] =>
  sourceChoices(at(wall)).map((one) => `${one.key} ${one.day} ${one.time}`);

describe("the public numbers of a day", () => {
  it("offers the index of the minute after next while the exchange trades", () => {
    expect(offered("2026-11-23T10:12:20")[0]).toBe("index 2026-11-23 10:14");
  });

  it("leaves at least a whole minute", () => {
    for (const second of ["00", "01", "30", "59"]) {
      const now = at(`2026-11-23T10:12:${second}`);
      expect(Date.parse(sourceChoices(now)[0]!.moment) - now).toBeGreaterThanOrEqual(60_000);
    }
  });

  it("offers the close at noon, and only the lottery in the evening and at the weekend", () => {
    expect(offered("2026-11-23T12:00:00")).toEqual(["close 2026-11-23 15:00", "lottery 2026-11-23 21:15"]);
    expect(offered("2026-11-23T18:00:00")).toEqual(["lottery 2026-11-23 21:15"]);
    expect(offered("2026-11-22T10:00:00")).toEqual(["lottery 2026-11-22 21:15"]);
  });

  it("goes to tomorrow's lottery when today's is too near or over", () => {
    expect(offered("2026-11-22T21:14:30")).toEqual(["lottery 2026-11-23 21:15"]);
  });
});
