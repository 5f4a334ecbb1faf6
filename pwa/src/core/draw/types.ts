/** The documents of a draw as they stand in JSON (docs/draw-specification.md sections 3 to 9). */

export interface Line {
  readonly id: string;
  readonly stratum: string;
  readonly district?: string;
}
export type Rosters = Readonly<Record<string, readonly Line[]>>;

export interface Item {
  readonly code: string;
  readonly name: string;
  readonly num: number;
  readonly den: number;
  readonly inspectors: number;
}
export interface Stratum {
  readonly id: string;
  readonly item: string;
  readonly authority: string;
  readonly label: string;
  readonly num: number;
  readonly den: number;
  readonly raised_by: string | null;
  readonly pool: string | null;
}
export interface FrozenRoster {
  readonly item: string;
  readonly digest: string;
  readonly lines: number;
  readonly ids: string;
}
export interface Exclusion {
  readonly item: string;
  readonly id: string;
  readonly reason: string;
  readonly note: string | null;
}
export interface PlanInspector {
  readonly id: string;
  readonly senior: boolean;
  readonly household: string | null;
  readonly district: string | null;
  readonly load: number;
}
export interface Pool {
  readonly id: string;
  readonly members: readonly { readonly id: string; readonly out: string | null }[];
}
export interface Interest {
  readonly inspector: string;
  readonly premises: string;
}
export interface PairRules {
  readonly senior: boolean;
  readonly household: boolean;
  readonly district: boolean;
}
export interface Party {
  readonly party: string;
  readonly label: string;
  readonly kind: string;
  readonly commitment: string | null;
}
export interface Plan {
  readonly spec: string;
  readonly bureau: { readonly name: string; readonly division: string };
  readonly draw: string;
  readonly title: string;
  readonly kind: string;
  readonly year: number;
  readonly sequence: number;
  readonly previous: string | null;
  readonly announced_at: string;
  readonly deadline: string;
  readonly window: { readonly from: string; readonly to: string };
  readonly salt: string;
  readonly items: readonly Item[];
  readonly strata: readonly Stratum[];
  readonly rosters: readonly FrozenRoster[];
  readonly exclusions: readonly Exclusion[];
  readonly overrides: readonly Exclusion[];
  readonly inspectors: readonly PlanInspector[];
  readonly pools: readonly Pool[];
  readonly interests: readonly Interest[];
  readonly rules: PairRules;
  readonly alternates: number;
  readonly parties: readonly Party[];
  readonly source: { readonly name: string; readonly moment: string } | null;
  readonly sealed: {
    readonly commitment: string;
    readonly holders: readonly string[];
    readonly release_on: string;
  } | null;
}

export interface Contribution {
  readonly party: string;
  readonly commitment: string | null;
  readonly committed_at: string | null;
  readonly reveal: string | null;
  readonly revealed_at: string | null;
  readonly channel: string;
}
export interface Ceremony {
  readonly contributions: readonly Contribution[];
  readonly source: { readonly text: string; readonly at: string } | null;
  readonly k: string | null;
}

export interface Ticket {
  readonly id: string;
  readonly ticket: string;
}
export interface StratumResult {
  readonly stratum: string;
  readonly n_base: number;
  readonly excluded: Readonly<Record<string, number>>;
  readonly available: number;
  readonly n: number;
  readonly realised: string;
  readonly line: string | null;
  readonly drawn: readonly Ticket[];
  readonly alternates: readonly Ticket[];
  readonly note: string | null;
}
export interface Visit {
  readonly task: string;
  readonly items: readonly string[];
  readonly strata: readonly string[];
  readonly district: string | null;
  readonly slots: readonly { readonly pool: string; readonly count: number }[];
}
export interface Report {
  readonly in_pool: number;
  readonly out: Readonly<Record<string, number>>;
  readonly interest: number;
  readonly district: number;
  readonly unavailable: number;
  readonly taken: number;
  readonly left: number;
  readonly needed: number;
  readonly rule: string;
}
export interface Group {
  readonly pool: string;
  readonly inspectors: readonly string[];
  readonly report: Report | null;
}
export interface DealtTask {
  readonly task: string;
  readonly items: readonly string[];
  readonly strata: readonly string[];
  readonly groups: readonly Group[];
}
export interface Load {
  readonly id: string;
  readonly before: number;
  readonly after: number;
}
export interface Certificate {
  readonly spec: string;
  readonly kind: string;
  readonly number: number;
  readonly previous: string;
  readonly at: string;
  readonly draw: string;
  readonly plan: Plan;
  readonly plan_digest: string;
  readonly ceremony: Ceremony;
  readonly seed: string;
  readonly face: readonly string[];
  readonly strata: readonly StratumResult[];
  readonly tasks: readonly DealtTask[];
  readonly loads: readonly Load[];
  readonly annex: string;
}
export interface Annex {
  readonly salt: string;
  readonly inspectors: readonly { readonly id: string; readonly badge_no: string }[];
  readonly premises: readonly { readonly id: string; readonly statutory: string }[];
}
export interface Replacement {
  readonly strata: readonly {
    readonly stratum: string;
    readonly replacement: string | null;
    readonly ticket: string | null;
  }[];
  readonly tasks: readonly {
    readonly task: string;
    readonly strata: readonly string[];
    readonly groups: readonly Group[];
  }[];
  readonly released: readonly string[];
}
export interface InspectorAmendment {
  readonly change: "inspector";
  readonly task: string;
  readonly pool: string;
  readonly removed: string;
  readonly unavailable: readonly { readonly id: string; readonly reason: string }[];
  readonly replacement: string | null;
}
export interface PremisesAmendment {
  readonly change: "premises";
  readonly removed: string;
  readonly result: Replacement;
}
export type Amendment = InspectorAmendment | PremisesAmendment;
export interface Bundle {
  readonly spec: string;
  readonly certificate: Certificate;
  readonly digest: string;
  readonly rosters: Rosters;
  readonly amendments: readonly { readonly digest: string; readonly record: Amendment }[];
  readonly annex: Annex | null;
}
export interface ChainRow {
  readonly number: number;
  readonly kind: string;
  readonly digest: string;
  readonly record: {
    readonly number: number;
    readonly kind: string;
    readonly previous: string | null;
    readonly draw: string;
    readonly plan_digest: string;
  } | null;
  /** The bureau's, over `signedText`; null for records from before it signed. */
  readonly signature?: RecordSignature | null;
}

export interface RecordSignature {
  readonly alg: string;
  readonly key: Readonly<Record<"kty" | "crv" | "x" | "y", string>>;
  readonly value: string;
}
