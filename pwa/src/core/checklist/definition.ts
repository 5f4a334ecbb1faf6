/**
 * What a checklist is: the definition as it is served, explained in `checklists/README.md`. Every number is
 * an integer; quantities are canonical decimal strings with a unit; dates are "2026-11-22".
 */
import type { Catalogues, Text } from "./catalogues";

/** pass 合格, fail 不合格, na 不适用, unchecked 未检查或无法核实, open 未答 */
export type Verdict = "pass" | "fail" | "na" | "unchecked" | "open";

/** W 提示, R0 当场改正, R 责令限期改正, C 立案, X 移送其他部门, K 涉嫌犯罪, U 不配合 */
export type FailureClass = "W" | "R0" | "R" | "C" | "X" | "K" | "U";

export type Method = "on_site" | "desk" | "remote";

/**
 * auto: computed from the context, never asked.
 * photo and signature: no answer value, only evidence.
 * table: see `Item.table`.
 */
export type ItemType =
  | "choice"
  | "multi"
  | "integer"
  | "quantity"
  | "text"
  | "date"
  | "datetime"
  | "score"
  | "photo"
  | "signature"
  | "position"
  | "scan"
  | "person"
  | "table"
  | "auto";

export type ColumnType =
  "choice" | "multi" | "integer" | "quantity" | "text" | "date" | "datetime" | "scan" | "person";

/** A CEL expression and the names it reads. While one of them is unanswered it is not run. */
export interface Expression {
  expr: string;
  needs: string[];
}

export interface Option {
  key: string;
  title: Text;
  /** What choosing it says about the item. Absent: decided by `fails_when`, otherwise pass. */
  verdict?: "pass" | "fail" | "na";
  class?: FailureClass;
  /** Proposed result code of the whole visit, e.g. UNREACHABLE. */
  result?: string;
  /** Words of this choice in the narrative record; absent: the title. */
  words?: string;
}

/** What is common to items and table columns: how a value is written and checked. */
export interface Field {
  title: Text;
  help?: Text;
  /** choice and multi: own list. A choice item without options is 合格/不合格/不适用. */
  options?: Option[];
  /** choice and multi: the options are the entries of this catalogue in force on the visit date. */
  catalogue?: string;
  /** choice and multi on a catalogue: only the keys chosen in this multi item. */
  among?: string;
  /** quantity: units that may be entered; the first is the unit of calculation. */
  units?: string[];
  /** quantity in a table: the choice column whose key is the unit of calculation of the row. */
  unit_column?: string;
  /** quantity: decimals kept (0..6). More digits are an error, never rounded. */
  scale?: number;
  /** integer and score: word after the number, e.g. 分钟 / min */
  unit?: Text;
  /** integer, score: bounds. quantity: bounds as decimal strings in the unit of calculation. */
  min?: number | string;
  max?: number | string;
  /** text and scan: a named check. last4: four digits, the last may be X; initials: "W.M.", "王某某". */
  format?: "uscc" | "resident_id" | "phone" | "last4" | "initials" | "cas" | "digits";
  max_length?: number;
  /** person: fields asked, in order. */
  fields?: PersonField[];
}

export type PersonField = "name" | "id_type" | "id_number" | "phone";

export interface EvidenceRule {
  /** Least number of photos (or files, or held-elsewhere records). */
  min: number;
  /** always, or only when the item fails. */
  on: "always" | "fail";
  /** What must not be in the picture. */
  privacy?: "no_guests" | "no_faces" | "mask_ids";
  hint?: Text;
}

export interface Grade extends Expression {
  class: FailureClass;
}

/** A named value computed for an item; its variable is CODE_key. */
export interface Computed {
  key: string;
  title: Text;
  type: "integer" | "quantity" | "boolean" | "date" | "text";
  unit?: Text;
  units?: string[];
  scale?: number;
  /** Over table columns (each name a list of the cells answered so far) or over items. */
  expr: string;
  needs: string[];
  /** Shown while filling in. */
  running?: boolean;
}

export interface Sentences {
  pass: string;
  /** Present whenever the item can fail. */
  fail?: string;
  na?: string;
  unchecked?: string;
}

export interface Column extends Field {
  key: string;
  type: ColumnType;
  required: boolean;
  /** Over the other columns of the row. */
  when?: Expression;
  /** Columns with the same group stand together (a matrix cell group). */
  group?: Text;
  /** Never on the party's copy. */
  restricted?: boolean;
}

/** A calculated column: CEL over the row. */
export interface RowValue {
  key: string;
  title: Text;
  type: "integer" | "quantity" | "boolean" | "date" | "text";
  unit?: Text;
  units?: string[];
  unit_column?: string;
  scale?: number;
  expr: string;
  needs: string[];
  group?: Text;
  /** Shown while filling in; where no value of the table says so all are. */
  running?: boolean;
}

export interface Draw {
  /** list: the inspector taps or types the names (rooms); count: places numbered 1..n. */
  frame: "list" | "count";
  min: number;
  percent: number;
  max?: number;
  /** What one thing is called: 房间, 机位 */
  thing: Text;
}

export interface FixedRow {
  key: string;
  title: Text;
}

export interface Table {
  /**
   * hand: added by the inspector. fixed: `fixed` below. catalogue: every entry in force
   * of `catalogue`. chosen: one row for each key chosen in the multi item `chosen`.
   * drawn: `draw` below, chosen by the system after the frame is frozen.
   */
  source: "hand" | "fixed" | "catalogue" | "chosen" | "drawn";
  fixed?: FixedRow[];
  catalogue?: string;
  chosen?: string;
  draw?: Draw;
  /** Rows may also be added by hand (drawn, fixed, catalogue, chosen). */
  hand_rows: boolean;
  min_rows: number;
  max_rows: number;
  /** What a row is called: 客房, 批次 */
  row_title: Text;
  columns: Column[];
  values: RowValue[];
  /** The row fails if any of these holds; one that reads a column not asked is left out. */
  row_fails_when?: Expression[];
  /** Words of one row in the narrative, used by {rows} and {failed_rows}. */
  row_sentence?: string;
}

export interface Item extends Field {
  code: string;
  type: ItemType;
  core: boolean;
  required: boolean;
  /** Which published 抽查内容 it serves, e.g. "hotel/2"; "visit" for the opening and closing. */
  content: string;
  /** "law/provision" keys into catalogues.laws. */
  basis: string[];
  methods: Method[];
  /** null: about the visit, not the business; a fail is never a finding. */
  class: FailureClass | null;
  grades?: Grade[];
  /** Department that a class X finding goes to. */
  refer_to?: Text;
  visibility: "all" | "restricted";
  when?: Expression;
  /** Fails if any of these holds. */
  fails_when?: Expression[];
  evidence?: EvidenceRule;
  /** A failed item asks for a finding (words). Default true. */
  finding: boolean;
  table?: Table;
  computed: Computed[];
  sentences: Sentences;
  /** 自查表: the question as the business asks itself. Absent: title. */
  self_check?: Text;
}

export interface Section {
  id: string;
  title: Text;
  place: "opening" | "trade" | "closing";
  when?: Expression;
  items: Item[];
}

/** A value from the registry or the task, read from the context by path. */
export interface Fact {
  key: string;
  title: Text;
  type: "integer" | "boolean" | "date" | "text";
  path: string;
  default: number | boolean | string | null;
}

/** A limit that the bureau may set, e.g. late_minutes. */
export interface Setting {
  key: string;
  title: Text;
  type: "integer" | "quantity";
  value: number | string;
  units?: string[];
  scale?: number;
  unit?: Text;
  /** Where the figure comes from; "建议值" when it is a proposal of ours. */
  source: string;
}

export interface Definition {
  format: 1;
  id: string;
  trade: string;
  version: string;
  effective_from: string;
  effective_to: string | null;
  title: Text;
  /** 抽查事项 as in the published list, for the head of the record. */
  matters: Text[];
  /** The published 抽查内容 by key. */
  contents: Record<string, Text>;
  facts: Fact[];
  settings: Setting[];
  sections: Section[];
  catalogues: Catalogues;
}
