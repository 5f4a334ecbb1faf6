/** The rulebook's shapes over HTTP, and what its screens work out from them. */
import { basisOn } from "@/core/checklist";
import type { BasisText, Definition, Item, Text } from "@/core/checklist";

export type ScheduleState = "proposed" | "approved" | "refused" | "withdrawn";

export interface Schedule {
  id: string;
  effective_from: string;
  state: ScheduleState;
  reason: string;
  proposed_by: string | null;
  proposed_at: string;
  decided_by: string | null;
  decided_at: string | null;
  decision: string | null;
}

export interface Edition {
  hash: string;
  definition_id: string;
  version: string;
  origin: "shipped" | "uploaded";
  title: Text;
  effective_from: string;
  effective_to: string | null;
  items: number;
  core: number;
  brought_by: string | null;
  brought_at: string;
  in_force: boolean;
  schedules: Schedule[];
}

export interface WholeEdition extends Edition {
  definition: Definition;
  source: string;
}

export interface ListedItem {
  code: string;
  name: string;
  unit: string;
  on: string[];
  beyond: string[];
}

export interface ListedChecklist {
  id: string;
  title: Text;
  in_force: Edition | null;
  waiting: number;
  coming: Schedule | null;
  items: ListedItem[];
}

export interface WholeChecklist extends ListedChecklist {
  editions: Edition[];
}

export interface SwitchRow {
  code: string;
  title: Text;
  section: Text;
  content: Text;
  published: boolean;
  on: boolean;
  needs: string[];
}

export interface ListedSwitches extends ListedItem {
  rows: SwitchRow[];
  history: { code: string; on: boolean; reason: string; by: string; at: string }[];
}

export interface Fault {
  file: string;
  line: number;
  code: string;
  text: string;
}

export interface Change {
  where: string;
  what: string;
  kind: string;
  before: string | null;
  after: string | null;
}

export interface LawProvision {
  law: string;
  law_title: Text;
  version: string;
  provision: string;
  article: string;
  summary: Text;
  confidence: "confirmed" | "to_verify";
  effective_from: string;
  effective_to: string | null;
  text: string | null;
  source: string | null;
  checker: string | null;
  checked_on: string | null;
}

/** A file larger than this is no checklist; the server takes as many characters. */
export const LONGEST_TEXT = 300_000;

/** One item as the legal office reads it: what it depends on in words, its articles as of a day. */
export interface ReadItem {
  item: Item;
  basis: BasisText[];
  /** Items whose answers decide whether it is asked. */
  after: { code: string; title: Text }[];
}

export interface ReadSection {
  id: string;
  title: Text;
  items: ReadItem[];
}

/** A definition section by section; `wanted` keeps what holds it in code, title or sentences, in any case. */
export function sectionsOf(definition: Definition, on: string, wanted = "", coreOnly = false): ReadSection[] {
  const titles = new Map(
    definition.sections.flatMap((section) => section.items.map((item) => [item.code, item.title])),
  );
  const needle = wanted.trim().toLowerCase();
  return definition.sections
    .map((section) => ({
      id: section.id,
      title: section.title,
      items: section.items
        .filter((item) => (!coreOnly || item.core) && (needle === "" || said(item).includes(needle)))
        .map((item) => ({
          item,
          basis: basisOn(definition, item.basis, on),
          after: dependsOn(item, section.when?.needs ?? [], titles),
        })),
    }))
    .filter((section) => section.items.length > 0);
}

function said(item: Item): string {
  const words = [item.code, item.title.zh, item.title.en, ...Object.values(item.sentences)];
  return words.join("\n").toLowerCase();
}

function dependsOn(
  item: Item,
  section: readonly string[],
  titles: ReadonlyMap<string, Text>,
): { code: string; title: Text }[] {
  const codes = [...section, ...(item.when?.needs ?? [])].map((name) => name.split("_")[0] ?? "");
  return [...new Set(codes)].flatMap((code) => {
    const title = titles.get(code);
    return title === undefined ? [] : [{ code, title }];
  });
}

/** Changes together with what they are about, in the order they came. */
export function byPlace(changes: readonly Change[]): { where: string; changes: Change[] }[] {
  const places = new Map<string, Change[]>();
  for (const change of changes) {
    const there = places.get(change.where);
    if (there) there.push(change);
    else places.set(change.where, [change]);
  }
  return [...places].map(([where, those]) => ({ where, changes: those }));
}

/**
 * What one tap on a switch has to send: an item goes on with what it reads; it goes off with whatever on the list
 * reads it.
 */
export function switchedTogether(rows: readonly SwitchRow[], code: string, on: boolean): string[] {
  const state = new Map(rows.map((row) => [row.code, row]));
  if (on) {
    const needed = state.get(code)?.needs ?? [];
    return [code, ...needed.filter((other) => state.get(other)?.on === false)];
  }
  return [code, ...rows.filter((row) => row.on && row.needs.includes(code)).map((row) => row.code)];
}

export type TextState = "official" | "summary" | "verify";

/** official: a checked text is there; verify: not even the article number is compared; else our summary only. */
export function stateOf(provision: LawProvision): TextState {
  if (provision.text) return "official";
  return provision.confidence === "to_verify" ? "verify" : "summary";
}

/** What the office may still take back: proposed, or approved for a day to come. */
export function mayWithdraw(schedule: Schedule, today: string): boolean {
  return schedule.state === "proposed" || (schedule.state === "approved" && schedule.effective_from > today);
}
