/** What the office's screens read over HTTP, as the server's schemas name it. */

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
}

export interface RecordRow {
  id: string;
  number: string;
  subject_name: string;
  trade: string;
  result_code: string | null;
  signed_off_at: string;
}
