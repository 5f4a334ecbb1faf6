/** Drawing over a photo: what a finger leaves behind, and the way back. */
import { describe, expect, it } from "vitest";
import { useMarking } from "@/ui/marking";

const OLD = { shape: "box", x1: 1, y1: 1, x2: 90, y2: 90 } as const;

describe("drawing over a photo", () => {
  it("keeps a stroke in the colour chosen, and nothing of a finger that only rested", () => {
    const marking = useMarking([]);
    marking.tint("blue");
    marking.begin({ x: 100, y: 100 });
    marking.drag({ x: 105, y: 100 });
    expect(marking.end()).toBe(false);
    marking.begin({ x: 100, y: 100 });
    marking.drag({ x: 400, y: 300 });
    expect(marking.seen.value).toHaveLength(1);
    expect(marking.end()).toBe(true);
    expect(marking.marks.value).toEqual([
      { shape: "arrow", x1: 100, y1: 100, x2: 400, y2: 300, colour: "blue" },
    ]);
  });

  it("puts words where the picture was tapped last, and none where nothing was typed", () => {
    const marking = useMarking([]);
    marking.choose("text");
    marking.begin({ x: 10, y: 10 });
    expect(marking.seen.value).toMatchObject([{ text: "…" }]);
    marking.words.value = " 消防通道 ";
    marking.begin({ x: 500, y: 500 });
    expect(marking.putWords()).toBe(true);
    expect(marking.marks.value).toMatchObject([{ shape: "text", x1: 500, text: "消防通道" }]);
    marking.begin({ x: 20, y: 20 });
    expect(marking.putWords()).toBe(false);
    expect(marking.asking.value).toBe(false);
  });

  it("takes back step by step, then what was there before this sitting", () => {
    const marking = useMarking([OLD]);
    marking.begin({ x: 0, y: 0 });
    marking.drag({ x: 900, y: 900 });
    marking.end();
    expect(marking.changed.value).toBe(true);
    marking.undo();
    expect(marking.marks.value).toEqual([OLD]);
    expect(marking.changed.value).toBe(false);
    marking.undo();
    expect(marking.marks.value).toEqual([]);
    expect(marking.changed.value).toBe(true);
    expect(marking.undoable.value).toBe(false);
  });
});
