/** Short sentences at the bottom of the screen, with at most one thing to do (undo). */
import { shallowRef } from "vue";

export interface Toast {
  id: number;
  text: string;
  tone: "plain" | "fail";
  action?: { text: string; run: () => void | Promise<void> };
}

const SHOWN_MS = 5000;
const FAILED_MS = 9000;

export const toasts = shallowRef<Toast[]>([]);
let lastId = 0;

export function dismissToast(id: number): void {
  toasts.value = toasts.value.filter((toast) => toast.id !== id);
}

/** One sentence at a time: a new one takes the place of the old. */
export function showToast(text: string, options: Partial<Pick<Toast, "tone" | "action">> = {}): number {
  const toast: Toast = { id: ++lastId, text, tone: options.tone ?? "plain", action: options.action };
  toasts.value = [toast];
  setTimeout(() => dismissToast(toast.id), toast.tone === "fail" ? FAILED_MS : SHOWN_MS);
  return toast.id;
}
