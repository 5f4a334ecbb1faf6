/** What the person at the desk may do with the rulebook: the office edits, the legal office decides. */
import { computed } from "vue";
import type { ComputedRef } from "vue";
import { useSuicha } from "@/app/container";

export function useHands(): { edits: ComputedRef<boolean>; decides: ComputedRef<boolean> } {
  const { session } = useSuicha();
  const roles = computed(() => session.state.value.me?.person.roles ?? []);
  return {
    edits: computed(() => roles.value.includes("office")),
    decides: computed(() => roles.value.includes("legal")),
  };
}
