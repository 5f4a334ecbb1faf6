/** The definition that a phone gets: only what is switched on; the mirror of build.py (office preview). */
import { Refused } from "../refusal";
import type { Catalogues, Definition, Item, Law, Section } from "./types";

/** unknown_item: no such code. needs_item: an item reads one that is off; `detail` is "A needs B". */
export class CannotSwitch extends Refused {}

/** The definition with its core items and those of `codes`, without laws and lists no longer used. */
export function switchedOn(definition: Definition, codes: readonly string[] = []): Definition {
  const every = new Map(
    definition.sections.flatMap((section) => section.items.map((item) => [item.code, item])),
  );
  for (const code of codes) if (!every.has(code)) throw new CannotSwitch("unknown_item", code);
  const off = new Set(
    [...every.values()].filter((item) => !item.core && !codes.includes(item.code)).map((i) => i.code),
  );
  const sections = definition.sections.flatMap((section): Section[] => {
    const items = section.items.filter((item) => !off.has(item.code));
    if (items.length === 0) return [];
    refuseReading({ ...section, items: [] }, section.id, off);
    for (const item of items) refuseReading(item, item.code, off);
    return [{ ...section, items }];
  });
  const items = sections.flatMap((section) => section.items);
  const heads = sections.map((section) => ({ ...section, items: [] }));
  const names = new Set([...heads, ...items].flatMap(reads).concat(items.flatMap(said)));
  const contents = new Set(items.map((item) => item.content));
  return {
    ...definition,
    sections,
    facts: definition.facts.filter((fact) => names.has(fact.key)),
    settings: definition.settings.filter((setting) => names.has(setting.key)),
    contents: Object.fromEntries(Object.entries(definition.contents).filter(([key]) => contents.has(key))),
    catalogues: used(definition.catalogues, items),
  };
}

/** Every name that the expressions inside a thing read, and the items it refers to. */
export function reads(thing: unknown): string[] {
  if (Array.isArray(thing)) return thing.flatMap(reads);
  if (thing === null || typeof thing !== "object") return [];
  return Object.entries(thing).flatMap(([key, value]: [string, unknown]) => {
    if (key === "needs") return value as string[];
    return key === "among" || key === "chosen" ? [value as string] : reads(value);
  });
}

function refuseReading(thing: unknown, name: string, off: ReadonlySet<string>): void {
  for (const read of reads(thing)) {
    const owner = read.split("_")[0]!;
    if (off.has(owner)) throw new CannotSwitch("needs_item", `${name} needs ${owner}`);
  }
}

/** Names in the sentences: a fact may be read out without any expression reading it. */
function said(item: Item): string[] {
  const { pass, fail, na, unchecked } = item.sentences;
  const sentences = [pass, fail, na, unchecked, item.table?.row_sentence].map((sentence) => sentence ?? "");
  return sentences.flatMap((sentence) =>
    sentence
      .split("{")
      .slice(1)
      .map((piece) => piece.split("}")[0]!.split("|")[0]!),
  );
}

function used(catalogues: Catalogues, items: readonly Item[]): Catalogues {
  const refs = new Set(items.flatMap((item) => item.basis));
  const lists = new Set(
    items.flatMap((item) => [item, item.table, ...(item.table?.columns ?? [])].map((f) => f?.catalogue)),
  );
  return {
    laws: catalogues.laws.map((law) => cut(law, refs)).filter((law) => law.versions.length > 0),
    results: catalogues.results,
    holidays: JSON.stringify(items).includes("working_days(") ? catalogues.holidays : {},
    lists: Object.fromEntries(Object.entries(catalogues.lists).filter(([name]) => lists.has(name))),
  };
}

function cut(law: Law, refs: ReadonlySet<string>): Law {
  const versions = law.versions.map((version) => ({
    ...version,
    provisions: Object.fromEntries(
      Object.entries(version.provisions).filter(([key]) => refs.has(`${law.id}/${key}`)),
    ),
  }));
  return { ...law, versions: versions.filter((version) => Object.keys(version.provisions).length > 0) };
}
