/**
 * What a person prefers on this phone: cards or a dense list, day or night. No data of anybody: where the browser
 * stores nothing the choice lasts as long as the page.
 */
import { computed, ref, watch, watchEffect } from "vue";
import type { Ref } from "vue";

export type Layout = "cards" | "list";
/** `system` follows the phone: dark when the phone is dark. */
export type Scheme = "system" | "day" | "night";

function preference<T extends string>(key: string, choices: readonly [T, ...T[]]): Ref<T> {
  const name = `suicha.${key}`;
  const chosen = ref(choices.find((choice) => choice === stored(name)) ?? choices[0]) as Ref<T>;
  watch(chosen, (choice) => {
    try {
      localStorage.setItem(name, choice);
    } catch {
      // Storage is full or forbidden.
    }
  });
  return chosen;
}

function stored(name: string): string | null {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}

export const layout = preference<Layout>("layout", ["cards", "list"]);
export const scheme = preference<Scheme>("scheme", ["system", "day", "night"]);

const darkPhone = ref(false);
/** What the screen shows now. */
export const night = computed(() => (scheme.value === "system" ? darkPhone.value : scheme.value === "night"));

/** Dresses the page by day or by night, now and whenever the phone or the person changes their mind. */
export function dressPage(): void {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  darkPhone.value = dark.matches;
  dark.addEventListener("change", () => (darkPhone.value = dark.matches));
  watchEffect(() => {
    document.documentElement.dataset.scheme = night.value ? "night" : "day";
    for (const meta of document.querySelectorAll<HTMLMetaElement>('meta[name="theme-color"]'))
      meta.content = getComputedStyle(document.documentElement).getPropertyValue("--sc-brand").trim();
  });
}
