/** What the office's screens read over HTTP, as the server's schemas name it. */
import type { Ceremony, RoomParty } from "@/room/proceedings";

export type { Seal } from "@/room/proceedings";

export interface Ref {
  id: string;
  name: string;
}

export interface ItemRow {
  id: string;
  position: number;
  department: string;
  name: string;
  basis: string;
  authority: string;
  category: string;
  subjects: string;
  ratio_num: number;
  ratio_den: number;
  frequency: number;
  methods: string;
  remark: string;
  code: string;
  trade: string;
  unit: Ref;
}

export interface SubjectRow {
  id: string;
  statutory_id: string;
  name: string;
  address: string;
  township: string;
  station: Ref | null;
  size: number | null;
  status: string;
  items: string[];
  flags: { kind: string; source: string; since: string }[];
}

export interface InspectorRow {
  id: string;
  person: { id: string; name: string; badge_no: string; unit: Ref };
  cert_no: string;
  cert_expires_on: string;
  certificate_valid: boolean;
  on_leave: boolean;
  available: boolean;
  competences: string[];
  senior: boolean;
  interests: number;
}

export interface PlanLine {
  id: string;
  position: number;
  item: { id: string; code: string; name: string; basis: string; contents: string[]; methods: string };
  unit: Ref;
  ratio_num: number;
  ratio_den: number;
  frequency: number;
  months: number[];
  pool: number;
}

export interface Batch {
  id: string;
  number: number;
  title: string;
  window_from: string;
  window_to: string;
  items: string[];
  current: boolean;
}

export interface Plan {
  id: string;
  year: number;
  title: string;
  state: string;
  visit_cap: number | null;
  made_on: string;
  approved_on: string | null;
  approved_by: string | null;
  filed_on: string | null;
  filing_no: string | null;
  lines: PlanLine[];
  batches: Batch[];
}

export interface DeviceRow {
  id: string;
  person_name: string;
  label: string;
  enrolled_at: string;
  last_seen_at: string | null;
  revoked_at: string | null;
  lost_at: string | null;
}

/** An inspection under way of which statements are kept apart from the record. */
export interface ApartRow {
  id: string;
  number: string;
  subject_name: string;
  entries: number;
}

/** A file that was taken in from a phone. */
export interface ParcelRow {
  id: string;
  device: string;
  person_name: string;
  label: string;
  taken_at: string;
  packed_at: string;
  entries: number;
  evidence: number;
  refusals: { id: string; status: "held" | "refused"; code: string; detail: string }[];
  faults: { inspection: string; sha256: string; code: string; detail: string }[];
}

/** The server was put back to a backup that goes up to `snapshot_at`; nobody has looked after it yet. */
export interface RestoreRow {
  id: string;
  restored_at: string;
  snapshot_at: string;
}

/** A vault that is to be opened to its owner, waiting for a second person. */
export interface RecoveryRow {
  id: string;
  device: string;
  label: string;
  person_name: string;
  reason: string;
  asked_by: string;
  asked_at: string;
  agreed: boolean | null;
}

export interface RecordRow {
  id: string;
  number: string;
  subject_name: string;
  trade: string;
  result_code: string | null;
  signed_off_at: string;
}

export interface Reason {
  reason: string;
  count: number;
  text: string;
}

export interface Pool {
  id: string;
  name: string;
  members: number;
  eligible: number;
  out: Reason[];
}

export interface PreparedStratum {
  id: string;
  item: string;
  item_name: string;
  authority: string;
  label: string;
  ratio: string;
  n_base: number;
  excluded: Reason[];
  available: number;
  n: number;
}

export interface Preparation {
  batch_id: string;
  title: string;
  window: { from: string; to: string };
  strata: PreparedStratum[];
  pools: Pool[];
}

export interface DrawRow {
  id: string;
  number: string;
  title: string;
  kind: string;
  state: "announced" | "executed" | "voided";
  batch_id: string | null;
  plan_digest: string;
  announced_at: string;
  certificate: { number: number; digest: string; at: string } | null;
  drawn: number | null;
}

/** A party with what only the office knows of it. */
export interface DrawParty extends RoomParty {
  name: string | null;
  post: string | null;
  link: string | null;
}

export interface SubjectRef {
  id: string;
  name: string;
  address: string;
  township: string;
}

export interface Ticket {
  id: string;
  ticket: string;
  subject: SubjectRef | null;
}

export interface DrawTask {
  task: string;
  subject: SubjectRef | null;
  items: string[];
  joint: boolean;
  groups: {
    pool: string;
    unit: string;
    inspectors: { id: string; person_id: string; name: string; badge_no: string; senior: boolean }[];
    report: string | null;
  }[];
}

export interface DrawStratum {
  id: string;
  item: string;
  item_name: string;
  authority: string;
  label: string;
  ratio: string;
  raised_by: string | null;
  result: {
    n_base: number;
    excluded: Reason[];
    available: number;
    n: number;
    line: string | null;
    note: string | null;
    drawn: Ticket[];
    alternates: Ticket[];
  } | null;
}

export interface DrawInWords extends DrawRow, Ceremony {
  announced_by: string;
  items: { code: string; name: string }[];
  window: { from: string; to: string };
  parties: readonly DrawParty[];
  face: { code: string; text: string }[];
  pools: Pool[];
  strata: DrawStratum[];
  tasks: DrawTask[];
  seed: string | null;
  records: { number: number; kind: string; digest: string; at: string }[];
}
