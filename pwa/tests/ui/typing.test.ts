/** What an inspector types, and what the journal then holds. */
import { describe, expect, it } from "vitest";
import { canonicalDecimal, parseInteger, parseQuantity } from "@/field/answers/numbers";
import { readThings } from "@/field/answers/things";

describe("a measure", () => {
  it.each([
    ["12.50", "12.5"],
    ["012", "12"],
    ["１２．５", "12.5"],
    ["12，5", "12.5"],
    ["-0.0", "0"],
    ["0.350", "0.35"],
    ["3.", "3"],
  ])("%s is written %s", (typed, held) => expect(canonicalDecimal(typed)).toBe(held));

  it.each(["", "abc", "1e3", "1.2.3", "--1"])("%j is no number", (typed) => {
    expect(canonicalDecimal(typed)).toBeNull();
  });

  const kilograms = { units: ["kg", "g"], scale: 3, min: "0", max: "1000" };

  it("keeps the unit in which it was weighed", () => {
    expect(parseQuantity("350", "g", kilograms)).toEqual({ ok: true, value: { number: "350", unit: "g" } });
  });

  it("is never rounded: too many digits are refused with the number that is kept", () => {
    expect(parseQuantity("1.2345", "kg", kilograms)).toEqual({
      ok: false,
      reason: "too_many_digits",
      params: { n: 3 },
    });
  });

  it("stays within its bounds, whatever the unit", () => {
    expect(parseQuantity("1000001", "g", kilograms)).toMatchObject({ ok: false, reason: "too_large" });
  });

  it("is cleared by an empty field", () => {
    expect(parseQuantity("  ", "kg", kilograms)).toEqual({ ok: true, value: null });
    expect(parseInteger("", {})).toEqual({ ok: true, value: null });
  });
});

describe("a count", () => {
  it("is a whole number", () => {
    expect(parseInteger("３", {})).toEqual({ ok: true, value: 3 });
    expect(parseInteger("2.5", {})).toMatchObject({ ok: false, reason: "not_integer" });
  });

  it("is within what the item allows", () => {
    expect(parseInteger("6", { min: 0, max: 5 })).toMatchObject({ ok: false, reason: "too_large" });
    expect(parseInteger("-1", { min: 0, max: 5 })).toMatchObject({ ok: false, reason: "too_small" });
  });
});

describe("the rooms of a drawn sample", () => {
  it("are typed as ranges and single rooms, in whatever way they are separated", () => {
    expect(readThings("301-303，315、阁楼 A01-A03").things).toEqual([
      "301",
      "302",
      "303",
      "315",
      "阁楼",
      "A01",
      "A02",
      "A03",
    ]);
  });

  it("are counted once, and what cannot be read is named", () => {
    const read = readThings("101 101 #9 312-301");
    expect(read.things).toEqual(["101"]);
    expect(read.repeated).toEqual(["101"]);
    expect(read.wrong).toEqual(["#9", "312-301"]);
  });
});
