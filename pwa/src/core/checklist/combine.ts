/** One checklist out of several, for a joint inspection; the mirror of server/core/checklist/combine.py. */
import { canonical } from "../canonical";
import { Refused } from "../refusal";
import type { Catalogues, Definition, Item, Law, LawVersion, Section } from "./types";

const PLACES: readonly Section["place"][] = ["opening", "trade", "closing"];

/** Two checklists give the same name to different things; `detail` says which name. */
export class CannotCombine extends Refused {}

/** Merge definitions: common sections once, trades in the order of their ids, closings last. */
export function combine(definitions: readonly Definition[]): Definition {
  const ordered = [...definitions].sort((left, right) =>
    left.id < right.id ? -1 : left.id > right.id ? 1 : 0,
  );
  const first = ordered[0];
  if (first === undefined) throw new CannotCombine("empty");
  if (ordered.length === 1) return first;
  const joined = (pick: (definition: Definition) => string, mark: string): string =>
    ordered.map(pick).join(mark);
  const ends = ordered.flatMap((definition) => definition.effective_to ?? []).sort();
  return {
    format: 1,
    id: joined((one) => one.id, "+"),
    trade: joined((one) => one.trade, "+"),
    version: joined((one) => one.version, "+"),
    effective_from: ordered.map((one) => one.effective_from).sort()[ordered.length - 1]!,
    effective_to: ends[0] ?? null,
    title: { zh: joined((one) => one.title.zh, "、"), en: joined((one) => one.title.en, ", ") },
    matters: unique(ordered.flatMap((one) => one.matters)),
    contents: merged(
      ordered.map((one) => one.contents),
      "contents",
    ),
    facts: byKey(
      ordered.flatMap((one) => one.facts),
      "facts",
      (fact) => fact.key,
    ),
    settings: byKey(
      ordered.flatMap((one) => one.settings),
      "settings",
      (setting) => setting.key,
    ),
    sections: sections(ordered),
    catalogues: catalogues(ordered.map((one) => one.catalogues)),
  };
}

function unique<T>(values: readonly T[]): T[] {
  return [...new Map(values.map((value) => [canonical(value), value] as const)).values()];
}

function merged<T>(parts: readonly Readonly<Record<string, T>>[], name: string): Record<string, T> {
  const pairs = parts.flatMap((part) => Object.entries(part));
  return Object.fromEntries(byKey(pairs, name, ([key]) => key));
}

function byKey<T>(values: readonly T[], name: string, key: (value: T) => string): T[] {
  const kept = new Map<string, T>();
  for (const value of values) {
    const known = kept.get(key(value));
    if (known === undefined) kept.set(key(value), value);
    else if (canonical(known) !== canonical(value))
      throw new CannotCombine("conflict", `${name}.${key(value)}`);
  }
  return [...kept.values()];
}

function sections(definitions: readonly Definition[]): Section[] {
  const kept = byKey(
    definitions.flatMap((one) => one.sections),
    "sections",
    (section) => section.id,
  );
  const items = kept.flatMap((section) => section.items);
  const codes = new Set<string>();
  for (const item of items as readonly Item[]) {
    if (codes.has(item.code)) throw new CannotCombine("conflict", `items.${item.code}`);
    codes.add(item.code);
  }
  return PLACES.flatMap((place) => kept.filter((section) => section.place === place));
}

function catalogues(parts: readonly Catalogues[]): Catalogues {
  return {
    laws: laws(parts),
    results: byKey(
      parts.flatMap((part) => part.results),
      "results",
      (result) => result.key,
    ),
    holidays: merged(
      parts.map((part) => part.holidays),
      "holidays",
    ),
    lists: merged(
      parts.map((part) => part.lists),
      "lists",
    ),
  };
}

/** Laws by id; two checklists may use different provisions of the same version. */
function laws(parts: readonly Catalogues[]): Law[] {
  const kept = new Map<string, { law: Law; versions: LawVersion[] }>();
  for (const law of parts.flatMap((part) => part.laws)) {
    const known = kept.get(law.id) ?? { law, versions: [] };
    kept.set(law.id, known);
    for (const version of law.versions) {
      const at = known.versions.findIndex((candidate) => candidate.version === version.version);
      if (at < 0) known.versions.push(version);
      else {
        const provisions = { ...known.versions[at]!.provisions, ...version.provisions };
        known.versions[at] = { ...known.versions[at]!, provisions };
      }
    }
  }
  return [...kept.values()].map(({ law, versions }) => ({ ...law, versions }));
}
