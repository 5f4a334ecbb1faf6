/**
 * What one person draws over a photo in one sitting: marks in thousandths of the picture, one being drawn, a way back.
 * Knows neither canvas nor finger; what it holds is handed over as data.
 */
import { computed, ref } from "vue";
import type { ComputedRef, Ref } from "vue";
import type { Mark, MarkColour } from "@/app/ports";

/** Shorter than this is a finger that only rested. */
const SHORTEST = 15;
const MOST = 100;

export interface Point {
  x: number;
  y: number;
}

export interface Marking {
  tool: Ref<Mark["shape"]>;
  colour: Ref<MarkColour>;
  /** Words for the place that was tapped. */
  words: Ref<string>;
  marks: Ref<readonly Mark[]>;
  /** All that is to be seen, with what is being drawn now. */
  seen: ComputedRef<readonly Mark[]>;
  /** A place was tapped and waits for its words. */
  asking: ComputedRef<boolean>;
  full: ComputedRef<boolean>;
  /** Something is there to be taken back. */
  undoable: ComputedRef<boolean>;
  /** Something is there to be kept. */
  changed: ComputedRef<boolean>;
  begin(at: Point): void;
  drag(at: Point): void;
  /** The finger is lifted: true when there is a new mark. */
  end(): boolean;
  drop(): void;
  /** The typed words take their place: true when there is a new mark. */
  putWords(): boolean;
  choose(shape: Mark["shape"]): void;
  tint(colour: MarkColour): void;
  /** One step back; with nothing drawn in this sitting, what was there before is taken away one by one. */
  undo(): void;
}

export function useMarking(own: readonly Mark[]): Marking {
  const tool = ref<Mark["shape"]>("arrow");
  const colour = ref<MarkColour>("red");
  const words = ref("");
  const marks = ref<readonly Mark[]>(own.map((mark) => ({ ...mark })));
  const history = ref<(readonly Mark[])[]>([]);
  const drawing = ref<Mark | null>(null);
  /** Something that was there before this sitting was taken away. */
  const taken = ref(false);
  const asking = computed(() => drawing.value?.shape === "text");

  function add(mark: Mark): true {
    history.value = [...history.value, marks.value];
    marks.value = [...marks.value, mark];
    return true;
  }

  function putWords(): boolean {
    const placed = drawing.value;
    const text = words.value.trim();
    drawing.value = null;
    words.value = "";
    return placed !== null && text !== "" && add({ ...placed, text });
  }

  return {
    tool,
    colour,
    words,
    marks,
    asking,
    seen: computed(() => {
      const now = drawing.value;
      if (now === null) return marks.value;
      return [...marks.value, now.shape === "text" ? { ...now, text: words.value || "…" } : now];
    }),
    full: computed(() => marks.value.length >= MOST),
    undoable: computed(() => marks.value.length > 0 || history.value.length > 0),
    changed: computed(() => history.value.length > 0 || taken.value || asking.value),
    begin({ x, y }) {
      const shape = asking.value ? "text" : tool.value;
      drawing.value = { shape, x1: x, y1: y, x2: x, y2: y, colour: colour.value };
    },
    drag({ x, y }) {
      if (drawing.value !== null) drawing.value = { ...drawing.value, x2: x, y2: y };
    },
    end() {
      const drawn = drawing.value;
      drawing.value = null;
      return drawn !== null && Math.hypot(drawn.x2 - drawn.x1, drawn.y2 - drawn.y1) >= SHORTEST && add(drawn);
    },
    drop: () => (drawing.value = null),
    putWords,
    choose(shape) {
      if (asking.value) putWords();
      tool.value = shape;
    },
    tint(next) {
      colour.value = next;
      if (drawing.value !== null) drawing.value = { ...drawing.value, colour: next };
    },
    undo() {
      const before = history.value.pop();
      if (before !== undefined) marks.value = before;
      else if (marks.value.length > 0) {
        marks.value = marks.value.slice(0, -1);
        taken.value = true;
      }
    },
  };
}
