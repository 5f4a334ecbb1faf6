/**
 * What is being typed: kept as an encrypted draft while typing, stated when the field is left, when typing
 * rests, and when the page is hidden or killed. A text is never lost between two keys and the next blur.
 */
import { computed, onBeforeUnmount, onMounted, ref, watch } from "vue";
import type { ComputedRef, Ref } from "vue";
import { useInspecting } from "../inspection/inspecting";

const DRAFT_AFTER_MS = 400;
const STATE_AFTER_MS = 4000;

export interface Typed {
  text: Ref<string>;
  /** Typed but not yet stated. */
  pending: ComputedRef<boolean>;
  /** States what is typed now. */
  flush: () => Promise<void>;
}

export interface TypedOptions {
  /** Key of the draft: the path of an answer, or "finding:PATH". */
  draft: string;
  /** What is on record now. */
  stored: () => string;
  /** Makes the statement; false keeps the draft (it was refused, or the text is not valid yet). */
  state: (text: string) => Promise<boolean>;
}

export function useTyped(options: TypedOptions): Typed {
  const { open } = useInspecting();
  const text = ref(options.stored());
  const pending = computed(() => text.value !== options.stored());
  let draftTimer: ReturnType<typeof setTimeout> | undefined;
  let stateTimer: ReturnType<typeof setTimeout> | undefined;
  let stating = false;

  function settle(): void {
    clearTimeout(draftTimer);
    clearTimeout(stateTimer);
  }

  async function flush(): Promise<void> {
    settle();
    if (!pending.value || stating) return;
    stating = true;
    try {
      if (await options.state(text.value)) await open.saveDraft(options.draft, null);
      else await open.saveDraft(options.draft, text.value);
    } finally {
      stating = false;
    }
  }

  function typed(): void {
    if (!pending.value) return;
    settle();
    draftTimer = setTimeout(() => void open.saveDraft(options.draft, text.value), DRAFT_AFTER_MS);
    stateTimer = setTimeout(() => void flush(), STATE_AFTER_MS);
  }

  function hidden(): void {
    if (document.visibilityState === "hidden") void flush();
  }

  watch(text, typed);
  watch(options.stored, (now, before) => {
    if (text.value === before) text.value = now;
  });
  onMounted(() => {
    window.addEventListener("pagehide", flush);
    document.addEventListener("visibilitychange", hidden);
  });
  onBeforeUnmount(() => {
    window.removeEventListener("pagehide", flush);
    document.removeEventListener("visibilitychange", hidden);
    void flush();
  });
  return { text, pending, flush };
}
