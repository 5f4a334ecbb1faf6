/** What a checklist refers to, by date: laws, lists of things, results, holidays; and words in both languages. */
import type { HolidayPlan } from "../calendar";

export interface Text {
  zh: string;
  en: string;
}

export interface Provision {
  article: string;
  summary: Text;
  /** Official text, only when imported by the bureau. Printed only when checked. */
  text?: string;
  checked?: { source: string; checker: string; date: string };
}

export interface LawVersion {
  version: string;
  effective_from: string;
  effective_to: string | null;
  /** How far the article number is confirmed. */
  confidence: "confirmed" | "to_verify";
  provisions: Record<string, Provision>;
}

export interface Law {
  id: string;
  title: Text;
  kind: "law" | "regulation" | "rule" | "local" | "notice";
  versions: LawVersion[];
}

export interface CatalogueEntry {
  key: string;
  title: Text;
  effective_from: string;
  effective_to: string | null;
  /** String attributes, e.g. class, cas. */
  attributes: Record<string, string>;
}

export interface ResultCode {
  key: string;
  title: Text;
  export_code: string;
  follow_up: Text;
}

export interface Catalogues {
  laws: Law[];
  results: ResultCode[];
  /** The State Council's holiday plans, for working_days(). */
  holidays: HolidayPlan;
  lists: Record<string, { title: Text; attributes: string[]; entries: CatalogueEntry[] }>;
}
