/**
 * A list before it is frozen: what the house has, and which of it is occupied. Kept as an encrypted draft, so that
 * forty taps survive a killed browser; nothing of it is stated before the inspector freezes it.
 */
import { computed } from "vue";
import type { ComputedRef } from "vue";
import { readThings } from "./things";
import type { Things } from "./things";
import { useTyped } from "./typed";

interface Draft {
  /** The house as it was typed or generated. */
  text: string;
  /** What of it is not occupied. */
  free: string[];
}

export interface FrameDraft {
  text: ComputedRef<string>;
  write(text: string): void;
  read: ComputedRef<Things>;
  taken: ComputedRef<ReadonlySet<string>>;
  /** The frame as it would be frozen, in the order of the house. */
  frame: ComputedRef<string[]>;
  take(things: readonly string[], taken: boolean): void;
  /** Adds a generated piece of the house; its things are free until they are tapped. */
  add(text: string): void;
  begin(things: readonly string[]): void;
  flush(): Promise<void>;
}

function parse(text: string): Draft {
  try {
    const held = JSON.parse(text) as Draft;
    return { text: String(held.text), free: held.free.map(String) };
  } catch {
    return { text: "", free: [] };
  }
}

export function useFrameDraft(code: string): FrameDraft {
  const typed = useTyped({
    draft: `frame:${code}`,
    stored: () => "",
    // Never stated by itself: freezing is the inspector's own act.
    state: () => Promise.resolve(false),
  });
  const draft = computed<Draft>({
    get: () => parse(typed.text.value),
    set: (next) => (typed.text.value = next.text === "" ? "" : JSON.stringify(next)),
  });
  const read = computed(() => readThings(draft.value.text));
  const taken = computed<ReadonlySet<string>>(() => {
    const free = new Set(draft.value.free);
    return new Set(read.value.things.filter((thing) => !free.has(thing)));
  });
  return {
    read,
    taken,
    text: computed(() => draft.value.text),
    write: (text) => (draft.value = { ...draft.value, text }),
    frame: computed(() => [...taken.value]),
    take(things, take) {
      const free = new Set(draft.value.free);
      for (const thing of things)
        if (take) free.delete(thing);
        else free.add(thing);
      draft.value = { ...draft.value, free: [...free] };
    },
    add(text) {
      const known = new Set(read.value.things);
      const fresh = readThings(text).things.filter((thing) => !known.has(thing));
      draft.value = {
        text: [draft.value.text.trim(), text].filter(Boolean).join(" "),
        free: [...draft.value.free, ...fresh],
      };
    },
    begin: (things) => (draft.value = { text: things.join(" "), free: [] }),
    flush: () => typed.flush(),
  };
}
