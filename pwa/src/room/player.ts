/** Steps through the scenes: one by one, by itself, to the end; and follows a ceremony that is still going on. */
import { computed, onScopeDispose, ref, watch } from "vue";
import type { ComputedRef, Ref } from "vue";
import { pauseOf } from "./scenes";
import type { Show } from "./scenes";

export interface Player {
  at: ComputedRef<number>;
  last: ComputedRef<number>;
  playing: Ref<boolean>;
  next: () => void;
  back: () => void;
  first: () => void;
  /** To the last scene; whatever comes afterwards is shown as it comes. */
  toEnd: () => void;
  toggle: () => void;
  go: (at: number) => void;
}

/** `live`: begin at the last scene and follow; else begin at the first and wait to be started. */
export function usePlayer(show: () => Show, live: boolean): Player {
  const wanted = ref(live ? show().scenes.length - 1 : 0);
  const playing = ref(live);
  const last = computed(() => show().scenes.length - 1);
  const at = computed(() => Math.max(0, Math.min(wanted.value, last.value)));
  let timer: ReturnType<typeof setTimeout> | undefined;

  // At the last scene a playing show waits there: a live ceremony adds to it.
  watch(
    [at, last, playing],
    () => {
      clearTimeout(timer);
      if (!playing.value || at.value >= last.value) return;
      timer = setTimeout(() => (wanted.value = at.value + 1), pauseOf(show(), at.value));
    },
    { immediate: true },
  );
  onScopeDispose(() => clearTimeout(timer));

  function go(to: number, play = false): void {
    wanted.value = Math.max(0, Math.min(to, last.value));
    playing.value = play;
  }
  return {
    at,
    last,
    playing,
    next: () => go(at.value + 1, playing.value && at.value + 1 >= last.value),
    back: () => go(at.value - 1),
    first: () => go(0),
    toEnd: () => go(last.value, true),
    toggle: () => {
      if (!playing.value && at.value >= last.value) wanted.value = 0;
      playing.value = !playing.value;
    },
    go: (to) => go(to),
  };
}
