/** A draw as the room sees it: the server's `ProceedingsAnswer`, the same on the wall and on a witness's phone. */

export interface RoomParty {
  readonly party: string;
  readonly label: string;
  readonly kind: "committed" | "open";
  readonly commitment: string | null;
  readonly committed_at: string | null;
  readonly reveal: string | null;
  readonly revealed_at: string | null;
  readonly channel: string | null;
  readonly absent: boolean;
}

export type NextStep = "commitments" | "numbers" | "reveals" | "source" | "execution" | "voiding" | null;

export interface Seal {
  readonly commitment: string;
  readonly holders: readonly string[];
  readonly release_on: string;
  /** The certificate is public. */
  readonly open: boolean;
  /** Opened before its date by a holder; null where it opened on its date, or not yet. */
  readonly released: { readonly at: string; readonly holder: string; readonly reason: string } | null;
}

/** Where a draw stands: what the room and the office's own page have in common (the server's `CeremonyAnswer`). */
export interface Ceremony {
  readonly deadline: string;
  /** The server's clock when it answered. */
  readonly now: string;
  readonly source: {
    readonly name: string;
    readonly moment: string;
    readonly text: string | null;
    readonly at: string | null;
  } | null;
  readonly sealed: Seal | null;
  readonly parties: readonly RoomParty[];
  readonly next: NextStep;
  readonly void_reason: string | null;
  readonly voided: {
    readonly number: number;
    readonly digest: string;
    readonly at: string;
    readonly reason: string;
    readonly note: string;
  } | null;
}

export interface Proceedings extends Ceremony {
  readonly draw_id: string;
  readonly number: string;
  readonly title: string;
  readonly kind: string;
  readonly state: "announced" | "executed" | "voided";
  readonly bureau: string;
  readonly plan_digest: string;
  readonly announced_at: string;
  readonly items: readonly {
    readonly code: string;
    readonly name: string;
    readonly ratio: string;
    readonly lines: number | null;
  }[];
  readonly result: "none" | "open" | "sealed" | "restricted";
  /** The own seal's date, or that of an earlier draw of the year whose premises this one's exclusions would betray. */
  readonly sealed_until: string | null;
  readonly certificate: { readonly number: number; readonly digest: string; readonly at: string } | null;
}

/** Whether a public number comes when nobody can change his mind any more: an absent party then spoils nothing. */
export function bearsAbsence(draw: Pick<Ceremony, "source" | "deadline">): boolean {
  return draw.source !== null && draw.source.moment >= draw.deadline;
}
