/** What an evaluation reads besides the definition, and what it says: state, context, evaluation, narrative. */
import type { Json } from "../canonical";
import type { Text } from "./catalogues";
import type { FailureClass, Method, Verdict } from "./definition";

/** What the engine reads of the folded journal (`State` of ../journal/types has all of it). */
export interface State {
  readonly answers: Readonly<Record<string, { readonly value: Json }>>;
  /** "answer:PATH", "row:PATH", "finding:PATH". */
  readonly conflicts: Readonly<Record<string, readonly unknown[]>>;
  readonly rows: Readonly<Record<string, readonly string[]>>;
  readonly evidence: Readonly<Record<string, readonly { readonly value: { readonly purpose: string } }[]>>;
  readonly findings: Readonly<Record<string, { readonly value: FindingWords | null }>>;
  /** How many different lists of a drawn table were ever frozen, and the reasons given, oldest first. */
  readonly frozen?: Readonly<Record<string, { readonly lists: number; readonly reasons: readonly string[] }>>;
  readonly presence?: {
    readonly started_at: string | null;
    readonly ended_at: string | null;
    readonly stays?: readonly { readonly arrived_at: string; readonly left_at: string | null }[];
    /** There when the visit was made on paper and typed in afterwards. */
    readonly typed_at?: string;
  };
}

/** What the officer says on a failed item or row. */
export interface FindingWords {
  readonly text: string;
  readonly corrected_on_site: boolean;
  readonly correction_text?: string;
}

export interface Context {
  /** Earliest arrival (state.presence.started_at); decides which law and which catalogue entries hold. */
  readonly visit_started_at: string | null;
  /** Date used while the visit has not begun. */
  readonly today: string;
  /** The task's subject: name, statutory_id, address, legal_rep, attributes … */
  readonly subject: object;
  readonly visit_number: number;
  readonly visit_cap: number | null;
  readonly inspection: { readonly id: string; readonly number: string };
  readonly inspectors: readonly {
    readonly name: string;
    readonly badge_no?: string;
    readonly cert_no: string;
  }[];
  readonly organ: string;
  readonly approval?: {
    readonly number: string;
    readonly approved_by?: string;
    readonly approved_on?: string;
  } | null;
  readonly window?: { readonly from: string; readonly to: string } | null;
  readonly notice?: { readonly number: string } | null;
  readonly source?: string;
  readonly method?: Method;
  /** Who keeps the record; absent: the last inspector. */
  readonly recorder?: string;
  /** Moment at which the record is closed for signing; absent: presence.ended_at. */
  readonly record_at?: string | null;
}

/** Answer of a drawn table at its item path: the frame, frozen before the sample appears. */
export interface Frame {
  frame?: string[];
  count?: number;
  round: number;
  /** Why the frame was changed; "" in round 1. */
  reason: string;
}

/** integer → number, quantity → {number, unit}, date → string, boolean, text; null: not yet. */
export type ComputedValue = number | string | boolean | null | { number: string; unit: string };

export interface RowResult {
  id: string;
  /** Key of a fixed, catalogue, chosen or drawn row; null for rows by hand. */
  key: string | null;
  title: string;
  source: "hand" | "catalogue" | "drawn";
  verdict: Verdict;
  /** Calculated columns. */
  values: Record<string, ComputedValue>;
  /** Column keys not shown because of their `when`. */
  hidden: string[];
  /** Required columns still empty. */
  open: string[];
}

export interface Sample {
  /** Digest of the frozen frame, hex SHA-256. */
  digest: string;
  total: number;
  keys: string[];
  round: number;
}

export interface BasisText {
  ref: string;
  law: string;
  version: string;
  article: string;
  summary: Text;
  text: string | null;
}

export interface Finding {
  code: string;
  title: Text;
  class: FailureClass;
  result: string;
  text: string;
  corrected: boolean;
  correction: string;
  restricted: boolean;
  basis: BasisText[];
  refer_to: Text | null;
}

export type MissingReason =
  | "unanswered"
  | "conflict"
  | "invalid"
  | "frame"
  | "redraw_reason"
  | "too_few_rows"
  | "too_many_rows"
  | "row_open"
  | "evidence"
  | "finding"
  | "correction"
  | "unchecked_reason"
  | "calculation"
  | "paper_missing"
  | "visit_not_started";

export interface Missing {
  code: string;
  path: string;
  reason_code: MissingReason;
  text: Text;
}

export interface Progress {
  done: number;
  total: number;
  sections: Record<string, { done: number; total: number }>;
}

export interface Evaluation {
  visible: string[];
  verdicts: Record<string, Verdict>;
  /** By variable name: "HT203_max". */
  computed: Record<string, ComputedValue>;
  rows: Record<string, RowResult[]>;
  samples: Record<string, Sample>;
  findings: Finding[];
  missing: Missing[];
  progress: Progress;
  /** null while something is open and nothing was found yet. */
  result_code: string | null;
  /** police, other_department: what stands behind PENDING. */
  result_details: string[];
}

export type LineKind = "organ" | "title" | "field" | "heading" | "item" | "note" | "closing";

export interface Line {
  kind: LineKind;
  text: string;
  code: string | null;
}

export interface Narrative {
  /** Pages of the form (22 lines of 28 characters), each a list of paragraphs. */
  pages: Line[][];
  /** The exact text that is read, hashed and signed: the lines joined by "\n". */
  text: string;
  /** Lines on restricted items: internal annex, never on the party's copy. */
  restricted: Line[];
}
