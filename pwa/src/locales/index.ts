/**
 * The words of the screens. One JSON file per language and area (`zh-CN/field.json`); `app` holds what every
 * area needs and comes with the first route, in Chinese; everything else is loaded when a route asks for it
 * (`meta.words`). Both languages have the same keys (tests/ui/locales.test.ts).
 */
import { computed } from "vue";
import type { App, ComputedRef } from "vue";
import { createI18n, useI18n } from "petite-vue-i18n";
import appWords from "./zh-CN/app.json";

export type Language = "zh-CN" | "en";
export type WordsArea = "app" | "field" | "lead" | "office";
interface Words {
  [key: string]: string | Words;
}

const files = import.meta.glob<{ default: Words }>(["./*/*.json", "!./zh-CN/app.json"]);
const STORED = "suicha.language";
const loaded = new Set<string>(["zh-CN/app"]);
const wanted = new Set<WordsArea>(["app"]);
/** Every key that is here in some language: both languages have the same (tests/ui/locales.test.ts). */
const known = new Set<string>();

/** "login.enter" → sentence: the small i18n looks keys up as they stand and knows no nesting. */
function flat(words: Words, before = ""): Record<string, string> {
  return Object.fromEntries(
    Object.entries(words).flatMap(([key, word]) =>
      typeof word === "string" ? [[before + key, word]] : Object.entries(flat(word, `${before}${key}.`)),
    ),
  );
}

function remember(words: Words): Record<string, string> {
  const sentences = flat(words);
  for (const key of Object.keys(sentences)) known.add(key);
  return sentences;
}

const i18n = createI18n({
  legacy: false,
  locale: "zh-CN",
  fallbackLocale: "zh-CN",
  messages: { "zh-CN": remember(appWords) } as Record<string, Record<string, string>>,
});

/** Puts `t` into the app. */
export function installWords(app: App): void {
  app.use(i18n);
}

async function load(language: Language, area: WordsArea): Promise<void> {
  const name = `${language}/${area}`;
  const file = files[`./${name}.json`];
  if (loaded.has(name) || file === undefined) return;
  const words = await file();
  loaded.add(name);
  i18n.global.mergeLocaleMessage(language, remember(words.default));
}

/** Loads an area's words in the language of now; a route waits for it. */
export async function needWords(areas: readonly WordsArea[]): Promise<void> {
  for (const area of areas) wanted.add(area);
  await Promise.all([...wanted].map((area) => load(language(), area)));
}

export function language(): Language {
  return i18n.global.locale.value as Language;
}

/** Changes the language of every screen, and of the sentences that the server sends from now on. */
export async function speak(next: Language): Promise<void> {
  await Promise.all([...wanted].map((area) => load(next, area)));
  i18n.global.locale.value = next;
  document.documentElement.lang = next;
  try {
    localStorage.setItem(STORED, next);
  } catch {
    // A browser without storage: the choice lasts as long as the page. It is a preference, not data.
  }
}

/** The language chosen last on this phone; Chinese unless somebody chose English. */
export async function speakAsBefore(): Promise<void> {
  let stored: string | null = null;
  try {
    stored = localStorage.getItem(STORED);
  } catch {
    stored = null;
  }
  if (stored === "en") await speak("en");
}

/** A sentence outside of a component, e.g. the page title. */
export function say(key: string, values: Record<string, string | number> = {}): string {
  return i18n.global.t(key, values);
}

interface Bilingual {
  readonly zh: string;
  readonly en: string;
}

export interface Speech {
  /** A sentence of the locales. */
  t: (key: string, values?: Record<string, string | number>) => string;
  /** Whether there is such a sentence. */
  has: (key: string) => boolean;
  /** The right half of a text out of a checklist. */
  pick: (text: Bilingual | null | undefined) => string;
  language: ComputedRef<Language>;
}

/** What components use. */
export function useWords(): Speech {
  const { t, locale } = useI18n({ useScope: "global" });
  return {
    t: (key, values = {}) => t(key, values),
    has: (key) => known.has(key),
    pick: (text) => {
      if (!text) return "";
      return locale.value === "en" && text.en !== "" ? text.en : text.zh;
    },
    language: computed(() => locale.value as Language),
  };
}
