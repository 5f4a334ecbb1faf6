/** The server's time, ticking: the room's countdowns must not trust the clock of a witness's phone. */
import { computed, onScopeDispose, ref, watch } from "vue";
import type { ComputedRef } from "vue";

/** Milliseconds until a moment, 0 when it has come; `now` is what the server's clock said last. */
export function useTimeLeft(now: () => string, until: () => string | null): ComputedRef<number> {
  const skew = ref(0);
  const here = ref(Date.now());
  watch(now, (said) => (skew.value = Date.parse(said) - Date.now()), { immediate: true });
  const timer = setInterval(() => (here.value = Date.now()), 500);
  onScopeDispose(() => clearInterval(timer));
  return computed(() => {
    const moment = until();
    return moment === null ? 0 : Math.max(0, Date.parse(moment) - here.value - skew.value);
  });
}

/** "1:05" of minutes and seconds, "2:03:00" from an hour on. */
export function countdown(ms: number): string {
  const seconds = Math.ceil(ms / 1_000);
  const two = (n: number): string => String(n).padStart(2, "0");
  const [h, m, s] = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60, seconds % 60];
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}
