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
  const { open, unstated } = useInspecting();
  const text = ref(options.stored());
  /** What is typed lies in the vault as a draft. */
  let drafted = false;
  const pending = computed(() => text.value !== options.stored());
  let draftTimer: ReturnType<typeof setTimeout> | undefined;
  let stateTimer: ReturnType<typeof setTimeout> | undefined;
  let stating = false;

  function settle(): void {
    clearTimeout(draftTimer);
    clearTimeout(stateTimer);
  }

  async function keep(draft: string | null): Promise<void> {
    if (draft === null && !drafted) return;
    drafted = draft !== null;
    await open.saveDraft(options.draft, draft);
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
        await keep(stated && text.value === said ? null : text.value);
      }
    } finally {
      stating = false;
    }
  }

  function typed(): void {
    settle();
    if (!pending.value) return void keep(null);
    draftTimer = setTimeout(() => void keep(text.value), DRAFT_AFTER_MS);
    stateTimer = setTimeout(() => void flush(), STATE_AFTER_MS);
  }

  function hidden(): void {
    if (document.visibilityState === "hidden") void flush();
  }

  /** What was typed before the app was killed and could not be stated is seen again where it was typed. */
  function seeAgain(): void {
    const draft = unstated.value[options.draft];
    if (draft === undefined || pending.value) return;
    drafted = true;
    text.value = draft;
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
