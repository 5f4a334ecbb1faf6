/**
 * The shapes of the journal: entries, runs and the state they fold to. The mirror of
 * server/core/journal/types.py; screens are built against these types.
 *
 * Times are "2026-11-22T06:05:00.000Z", digests and entry ids lower-case hex SHA-256, measures and
 * coordinates canonical decimal strings. There are no fractions anywhere in signed data.
 */
import type { Json } from "../canonical";

export type ContentKind = "answer" | "row" | "evidence" | "mark" | "finding" | "withdraw";
export type ActKind = "sign" | "submit" | "comment" | "return" | "admit" | "received" | "presence";
export type Kind = ContentKind | ActKind;

/** The device id under which the server keeps its own chain. */
export const SERVER = "server";

/** What is hashed: an entry without its id. */
export interface EntryBody {
  readonly inspection: string;
  readonly author: string;
  readonly device: string;
  /** 1, 2, 3 … within (inspection, device). */
  readonly seq: number;
  readonly prev: string | null;
  /** The device's clock, and what to add to it to get the server's (at the last contact). */
  readonly at: string;
  readonly skew_ms: number;
  readonly kind: Kind;
  /** ITEM, ITEM/ROW, ITEM/ROW/COLUMN, or "" for an act about the whole inspection. */
  readonly path: string;
  readonly value: Json;
  /** Ids of the heads at or below `path` that the author saw and means to replace; sorted, unique. */
  readonly replaces: readonly string[];
}

/** One signed statement about one inspection; `id` is the SHA-256 of the canonical JSON of its body. */
export interface Entry extends EntryBody {
  readonly id: string;
}

/** What a device signs and pushes: `signature` is base64url r||s over canonical({inspection, device, first_seq, ids}). */
export interface RunBody {
  readonly inspection: string;
  readonly device: string;
  readonly first_seq: number;
  readonly ids: readonly string[];
}
export interface Run extends RunBody {
  readonly alg: "ES256";
  readonly signature: string;
}

/**
 * An exact set of entries: per device the tip of its chain, everything behind it by `prev` included.
 * `branches` are further tips (a forked or broken chain), `missing` the links that were absent when
 * the set was described: what arrives there later is not part of it.
 */
export interface Cover {
  readonly covers: Readonly<Record<string, readonly [number, string]>>;
  readonly branches?: readonly string[];
  readonly missing?: readonly string[];
}

export interface Position {
  readonly lat: string;
  readonly lng: string;
  readonly accuracy_m: number;
  readonly age_s: number;
}

export interface RowValue {
  readonly order: number;
  readonly source: "hand" | "catalogue" | "drawn";
  readonly key: string | null;
}

/** A layer drawn over a photo when it is shown or printed; coordinates in thousandths of the picture. */
export interface Mark {
  readonly shape: "arrow" | "box" | "text";
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
  readonly text?: string;
  /** Red where it is not said. */
  readonly colour?: MarkColour;
}
export type MarkColour = "red" | "yellow" | "blue";

export interface StoredEvidence {
  readonly sha256: string;
  readonly size: number;
  readonly media_type: string;
  readonly purpose: "photo" | "signature" | "record_text" | "file";
  readonly taken_at: string;
  readonly position: Position | null;
  readonly source: "camera" | "file" | "pad" | "app";
  readonly width: number | null;
  readonly height: number | null;
  readonly marks?: readonly Mark[];
}
export interface EvidenceHeldElsewhere {
  readonly purpose: "held_elsewhere";
  readonly carrier: "body_camera" | "disc" | "usb";
  readonly number: string;
  readonly held_by: string;
  readonly from: string | null;
  readonly to: string | null;
  readonly sha256: string | null;
}
export type EvidenceValue = StoredEvidence | EvidenceHeldElsewhere;

/** A layer of marks over the photo of evidence entry `photo`; an empty list takes one's own layer away. */
export interface MarkValue {
  readonly photo: string;
  readonly marks: readonly Mark[];
}

export interface FindingValue {
  readonly text: string;
  readonly corrected_on_site: boolean;
  readonly correction_text?: string;
}

export type Role = "party" | "inspector" | "witness" | "lead";

export interface SignValue extends Cover {
  readonly role: Role;
  readonly signer: {
    readonly name: string;
    readonly post?: string;
    readonly id_last4?: string;
    readonly phone?: string;
  };
  readonly text_sha256: string;
  readonly evidence: string | null;
  readonly refused: {
    readonly reason: string;
    readonly witness: { readonly name: string; readonly phone?: string } | null;
  } | null;
  readonly remarks: string;
  /** Given with a pen on the paper checklist, whose pictures are evidence of the visit. */
  readonly medium?: "paper";
}
export interface SubmitValue extends Cover {
  readonly round: number;
}
export interface ReturnValue {
  /** The round that the return opens. */
  readonly round: number;
  readonly text: string;
  readonly signatures: readonly Role[];
}
export interface AdmitValue {
  readonly ids: readonly string[];
  readonly reason: string;
}
export interface PresenceValue {
  readonly event: "arrived" | "left";
  readonly position: Position | null;
  /** The time written on the paper checklist that is being typed in. */
  readonly stated_at?: string;
}

/** One stretch of the visit on site, in server time; `left_at` null: not stated. `people`: who arrived. */
export interface Stay {
  readonly arrived_at: string;
  readonly left_at: string | null;
  readonly people: readonly string[];
}

/** Who said it, when, on which device: what every listed statement carries. */
export interface Statement {
  readonly id: string;
  readonly path: string;
  readonly author: string;
  readonly device: string;
  readonly at: string;
}

/** One agreed value and the entries that say it: what an entry names in `replaces` to change it. */
export interface Held<T = Json> {
  readonly value: T;
  readonly heads: readonly string[];
}
/** One side of a conflict. A removed row that somebody went on filling lists the removal and the cells. */
export interface Side extends Statement {
  readonly kind: "answer" | "row" | "finding";
  readonly value: Json;
}
/** One person's marks over one photo: a statement of its own, the photo's bytes stay what they are. */
export interface MarkLayer extends Statement {
  readonly marks: readonly Mark[];
}
export interface EvidenceEntry extends Statement {
  readonly value: EvidenceValue;
  /** What people drew over it since, oldest first; absent where nobody did. */
  readonly marked?: readonly MarkLayer[];
}
export interface WithdrawnEvidence extends EvidenceEntry {
  readonly withdrawal: Statement & { readonly reason: string };
}
export interface Comment extends Statement {
  readonly text: string;
}
export interface Signature extends Statement {
  readonly seq: number;
  readonly value: SignValue;
  /** Content paths that changed since this signature, sorted. */
  readonly stale: readonly string[];
  /** True when a later return asks for this role's signature again. */
  readonly superseded: boolean;
}
/**
 * How many different lists of a drawn sample were ever frozen at an item, and the reasons, oldest first. What was
 * replaced or cleared counts: who draws again until the sample pleases leaves a trace.
 */
export interface Frozen {
  readonly lists: number;
  readonly reasons: readonly string[];
}
export interface Flag {
  /**
   * gap: the entry before is missing · fork: two entries with one number · chain: numbers and links
   * disagree · skew: the clock was more than five minutes off · clock: the clock went backwards.
   */
  readonly code: "gap" | "fork" | "chain" | "skew" | "clock";
  readonly device: string;
  readonly seq: number;
}
export type Phase = "open" | "submitted" | "returned" | "signed_off";

/** What the entries of one inspection say together: a pure function of their set. */
export interface State {
  /** Agreed answers by path; cleared and conflicting paths are not here. */
  readonly answers: Readonly<Record<string, Held>>;
  /** "answer:PATH", "row:PATH" or "finding:PATH" → all sides, oldest first. */
  readonly conflicts: Readonly<Record<string, readonly Side[]>>;
  /** "answer:PATH" … → heads that say null: named by the next entry there. */
  readonly cleared: Readonly<Record<string, readonly string[]>>;
  /** Item → ids of its rows by (order, id). */
  readonly rows: Readonly<Record<string, readonly string[]>>;
  /** "ITEM/ROW" → the row's own value and heads (rows in conflict are in `conflicts`). */
  readonly row_values: Readonly<Record<string, Held<RowValue>>>;
  readonly evidence: Readonly<Record<string, readonly EvidenceEntry[]>>;
  readonly withdrawn: Readonly<Record<string, readonly WithdrawnEvidence[]>>;
  readonly findings: Readonly<Record<string, Held<FindingValue>>>;
  /** By item; there once the list of a drawn sample was frozen. */
  readonly frozen?: Readonly<Record<string, Frozen>>;
  readonly comments: readonly Comment[];
  readonly signatures: readonly Signature[];
  readonly round: number;
  readonly phase: Phase;
  /** True once the server has received this round: what is not covered is late. */
  readonly closed: boolean;
  /** The return that opened the current round. */
  readonly returned: (Statement & { readonly value: ReturnValue }) | null;
  /** Ids of entries that came after the round was closed and are not admitted, sorted. */
  readonly late: readonly string[];
  readonly presence: {
    readonly started_at: string | null;
    /** Null while somebody is there: also when the visit goes on after a departure. */
    readonly ended_at: string | null;
    readonly stays: readonly Stay[];
    readonly arrivals: readonly (Statement & { readonly value: PresenceValue })[];
    /** There when the visit was made on paper and typed in afterwards: when that began. */
    readonly typed_at?: string;
  };
  readonly flags: readonly Flag[];
}
