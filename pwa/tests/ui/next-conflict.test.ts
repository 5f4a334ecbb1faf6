/** The way to the differences that are open, one after the other. */
import { describe, expect, it } from "vitest";
import type { Conflict, InspectionView } from "@/app/ports";
import { conflictPlaces, nextConflict } from "@/field/inspection/next-conflict";

const ROW = "0192f000-0000-7000-8000-000000000001";

function seen(...paths: string[]): InspectionView {
  const item = (code: string): object => ({ code });
  return {
    definition: {
      sections: [
        { id: "licence", items: [item("HT101"), item("HT102")] },
        { id: "rooms", items: [item("HT203"), item("HT299")] },
      ],
    },
    evaluation: { visible: ["HT101", "HT102", "HT203"] },
    conflicts: paths.map((path) => ({ path }) as Conflict),
  } as unknown as InspectionView;
}

describe("the open differences", () => {
  it("come as the checklist goes, with the row they are in", () => {
    expect(conflictPlaces(seen(`HT203/${ROW}/room`, "HT102"))).toEqual([
      { section: "licence", code: "HT102", row: null, path: "HT102" },
      { section: "rooms", code: "HT203", row: ROW, path: `HT203/${ROW}/room` },
    ]);
  });

  it("are followed one by one, from the first again after the last", () => {
    const places = conflictPlaces(seen("HT101", "HT102"));
    expect(nextConflict(places, null)?.path).toBe("HT101");
    expect(nextConflict(places, "HT101")?.path).toBe("HT102");
    expect(nextConflict(places, "HT102")?.path).toBe("HT101");
    expect(nextConflict(places, "HT999")?.path).toBe("HT101");
    expect(nextConflict([], null)).toBeNull();
  });

  it("at what is not asked lead nowhere and are not counted", () => {
    expect(conflictPlaces(seen("HT299", "HT777"))).toEqual([]);
  });
});
