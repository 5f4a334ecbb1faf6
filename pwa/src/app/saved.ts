/** What the state line says about the inspection that is open; null while none is. */
import { onBeforeUnmount, shallowRef, watch } from "vue";

export const savedState = shallowRef<{
  state: "saved" | "saving" | "failed";
  at: string | null;
} | null>(null);

/** How many fields hold letters that do not lie in the vault yet, not even as a draft. */
export const typing = shallowRef(0);

/** Counts this component's field among them while `loose`. */
export function useTyping(loose: () => boolean): void {
  let counted = false;
  const count = (now: boolean): void => {
    if (now !== counted) typing.value += now ? 1 : -1;
    counted = now;
  };
  watch(loose, count, { flush: "sync" });
  onBeforeUnmount(() => count(false));
}
