/** What the state line says about the inspection that is open; null while none is. */
import { shallowRef } from "vue";

export const savedState = shallowRef<{
  state: "saved" | "saving" | "failed";
  at: string | null;
} | null>(null);
