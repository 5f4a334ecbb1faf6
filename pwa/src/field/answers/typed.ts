/**
 * What is being typed: kept as an encrypted draft while typing, stated when the field is left, when typing
 * rests, and when the page is hidden or killed. A text is never lost between two keys and the next blur.
 */
import { computed, onBeforeUnmount, onMounted, ref, watch } from "vue";
import type { ComputedRef, Ref } from "vue";
import { useTyping } from "@/app/saved";
import { useInspecting } from "../inspection/inspecting";

/** After the first letter that lies nowhere yet, however fast the next ones follow. */
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

interface Draft {
  /** Writes it, or takes it away where there is one. */
  keep: (draft: string | null) => Promise<void>;
  /** Writes what is typed, soon. */
  soon: () => void;
  /** What lies in the vault since before. */
  found: (draft: string) => void;
  settle: () => void;
}

/** The text as it lies in the vault while it is typed; the state line says when it does not yet. */
function useDraft(key: string, text: Ref<string>, pending: ComputedRef<boolean>): Draft {
  const { open } = useInspecting();
  /** There is one in the vault, or will be in a moment. */
  let there = false;
  /** What is known to lie there. */
  const kept = ref<string | null>(null);
  let timer: ReturnType<typeof setTimeout> | undefined;
  useTyping(() => pending.value && text.value !== kept.value);

  async function keep(draft: string | null): Promise<void> {
    if (draft === null && !there) return;
    there = draft !== null;
    await open.saveDraft(key, draft);
    kept.value = draft;
  }

  function settle(): void {
    clearTimeout(timer);
    timer = undefined;
  }

  return {
    keep,
    settle,
    soon() {
      timer ??= setTimeout(() => {
        timer = undefined;
        void keep(text.value);
      }, DRAFT_AFTER_MS);
    },
    found(draft) {
      there = true;
      kept.value = draft;
    },
  };
}

export function useTyped(options: TypedOptions): Typed {
  const { unstated } = useInspecting();
  const text = ref(options.stored());
  const pending = computed(() => text.value !== options.stored());
  const draft = useDraft(options.draft, text, pending);
  let stateTimer: ReturnType<typeof setTimeout> | undefined;
  let stating = false;

  function settle(): void {
    draft.settle();
    clearTimeout(stateTimer);
  }

  async function flush(): Promise<void> {
    settle();
    if (stating) return;
    stating = true;
    try {
      // What is typed while a statement is being saved is stated next.
      for (let said: string | null = null; pending.value && text.value !== said;) {
        said = text.value;
        const stated = await options.state(said);
        await draft.keep(stated && text.value === said ? null : text.value);
      }
    } finally {
      stating = false;
    }
  }

  function typed(): void {
    clearTimeout(stateTimer);
    if (!pending.value) {
      settle();
      return void draft.keep(null);
    }
    draft.soon();
    stateTimer = setTimeout(() => void flush(), STATE_AFTER_MS);
  }

  function hidden(): void {
    if (document.visibilityState === "hidden") void flush();
  }

  /** What was typed before the app was killed and could not be stated is seen again where it was typed. */
  function seeAgain(): void {
    const typed = unstated.value[options.draft];
    if (typed === undefined || pending.value) return;
    draft.found(typed);
    text.value = typed;
  }

  watch(text, typed);
  watch(unstated, seeAgain, { immediate: true });
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
