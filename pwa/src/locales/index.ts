/**
 * The words of the screens. One JSON file per language and area (`zh-CN/field.json`); `app` holds what every
 * area needs and comes with the first route, in Chinese; everything else is loaded when a route asks for it
 * (`meta.words`). Both languages have the same keys (tests/ui/locales.test.ts).
 *
 * A sentence is text with {names} to fill in, nothing more: no plurals, no nesting. A library for that cost more
 * than a sixth of the first route.
 */
import { computed, shallowRef } from "vue";
import type { ComputedRef } from "vue";
import appWords from "./zh-CN/app.json";

export type Language = "zh-CN" | "en";
export type WordsArea = "app" | "field" | "lead" | "office" | "room" | "proof";
export type Values = Record<string, string | number>;
interface Words {
  [key: string]: string | Words;
}

const files = import.meta.glob<{ default: Words }>(["./*/*.json", "!./zh-CN/app.json"]);
const STORED = "suicha.language";
const loaded = new Set<string>(["zh-CN/app"]);
const wanted = new Set<WordsArea>(["app"]);

/** "login.enter" → sentence. */
function flat(words: Words, before = ""): [string, string][] {
  return Object.entries(words).flatMap(([key, word]): [string, string][] =>
    typeof word === "string" ? [[before + key, word]] : flat(word, `${before}${key}.`),
  );
}

const now = shallowRef<Language>("zh-CN");
/** Replaced as a whole when words arrive, so that whatever is on the screen follows. */
const sentences = shallowRef<Record<Language, ReadonlyMap<string, string>>>({
  "zh-CN": new Map(flat(appWords)),
  en: new Map(),
});

async function load(language: Language, area: WordsArea): Promise<void> {
  const name = `${language}/${area}`;
  const file = files[`./${name}.json`];
  if (loaded.has(name) || file === undefined) return;
  const words = await file();
  loaded.add(name);
  const more = new Map([...sentences.value[language], ...flat(words.default)]);
  sentences.value = { ...sentences.value, [language]: more };
}

/** Loads an area's words in the language of now; a route waits for it. */
export async function needWords(areas: readonly WordsArea[]): Promise<void> {
  for (const area of areas) wanted.add(area);
  await Promise.all([...wanted].map((area) => load(now.value, area)));
}

export function language(): Language {
  return now.value;
}

/** Changes the language of every screen, and of the sentences that the server sends from now on. */
export async function speak(next: Language): Promise<void> {
  await Promise.all([...wanted].map((area) => load(next, area)));
  now.value = next;
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

/** The sentence behind a key, filled in; the key itself where there is none. */
export function say(key: string, values: Values = {}): string {
  const sentence = sentences.value[now.value].get(key) ?? sentences.value["zh-CN"].get(key) ?? key;
  return sentence.replace(/\{(\w+)\}/g, (slot, name: string) => String(values[name] ?? slot));
}

function known(key: string): boolean {
  return sentences.value[now.value].has(key) || sentences.value["zh-CN"].has(key);
}

interface Bilingual {
  readonly zh: string;
  readonly en: string;
}

function pick(text: Bilingual | null | undefined): string {
  if (!text) return "";
  return now.value === "en" && text.en !== "" ? text.en : text.zh;
}

export interface Speech {
  /** A sentence of the locales. */
  t: (key: string, values?: Values) => string;
  /** Whether there is such a sentence. */
  has: (key: string) => boolean;
  /** The right half of a text out of a checklist. */
  pick: (text: Bilingual | null | undefined) => string;
  language: ComputedRef<Language>;
}

/** What components use. Whatever reads it follows the language and the words that arrive. */
export function useWords(): Speech {
  return { t: say, has: known, pick, language: computed(() => now.value) };
}
