/** Where the seed comes from (specification section 5): the mirror of server/core/draw/ceremony.py. */
import { DrawRefused, isClean, isHex, tagged } from "./hashing";
import { ABSENT, isMoment, isObject } from "./plan";
import type { Ceremony, Contribution, Party, Plan } from "./types";

export const SEALED_SHARE = "sealed-share";
const CHANNELS: readonly unknown[] = ["own_device", "desk"];
const FIELDS = ["party", "commitment", "committed_at", "reveal", "revealed_at", "channel"];

/** What a party publishes before the draw about its 32 bytes `r` (hex). Throws `reveal_malformed`. */
export function commitment(draw: string, party: string, r: string): string {
  if (!isHex(r)) throw new DrawRefused("reveal_malformed", party);
  return tagged("commit", draw, party, r);
}

/** Throws `reveal_malformed`, `reveal_uncommitted`, `reveal_mismatch`. */
export function checkReveal(draw: string, party: string, published: string | null, r: string): void {
  const opened = commitment(draw, party, r);
  if (published === null) throw new DrawRefused("reveal_uncommitted", party);
  if (opened !== published) throw new DrawRefused("reveal_mismatch", party);
}

/** Throws `text_unclean` when what a witness typed cannot be hashed as it stands. */
export function checkOpen(text: unknown): void {
  if (!isClean(text) || text === ABSENT) throw new DrawRefused("text_unclean", "");
}

/** Throw when the record of the ceremony breaks a rule of specification section 5. */
export function checkCeremony(plan: Plan, ceremony: Ceremony): void {
  checkRecord(plan, ceremony);
  plan.parties.forEach((party, at) => checkContribution(plan.draw, party, ceremony.contributions[at]!));
  checkOrder(ceremony);
  checkSource(plan, ceremony);
  checkSealed(plan, ceremony.k);
  const reason = mustVoid(plan, ceremony);
  if (reason !== null) throw new DrawRefused(reason);
}

/** Throws `ceremony_field` or `ceremony_parties` when the record does not have its shape. */
export function checkRecord(plan: Plan, value: unknown): asserts value is Ceremony {
  if (!hasFields(value, ["contributions", "source", "k"]))
    throw new DrawRefused("ceremony_field", "ceremony");
  const rows: unknown = value.contributions;
  if (!Array.isArray(rows) || rows.some((row) => !hasFields(row, FIELDS))) {
    throw new DrawRefused("ceremony_field", "contributions");
  }
  const names = (rows as readonly Contribution[]).map((row) => row.party);
  if (names.length !== plan.parties.length || plan.parties.some((party, at) => party.party !== names[at])) {
    throw new DrawRefused("ceremony_parties");
  }
  for (const row of rows as readonly Contribution[]) checkRow(row);
  const source: unknown = value.source;
  if (source !== null && !(hasFields(source, ["text", "at"]) && isMoment(source.at))) {
    throw new DrawRefused("ceremony_field", "source");
  }
}

function checkRow(row: Contribution): void {
  const paired =
    (row.commitment === null) === (row.committed_at === null) &&
    (row.reveal === null) === (row.revealed_at === null);
  const moments = [row.committed_at, row.revealed_at];
  if (!paired || !moments.every((moment) => moment === null || isMoment(moment))) {
    throw new DrawRefused("ceremony_field", `contributions.${row.party}`);
  }
  if (!CHANNELS.includes(row.channel)) {
    throw new DrawRefused("ceremony_field", `contributions.${row.party}.channel`);
  }
}

function hasFields(value: unknown, names: readonly string[]): value is Record<string, unknown> {
  return (
    isObject(value) && Object.keys(value).length === names.length && names.every((name) => name in value)
  );
}

/** Check what one party did against what the plan says it would do. */
export function checkContribution(draw: string, party: Party, row: Contribution): void {
  const name = party.party;
  if (party.kind === "open") {
    if (row.commitment !== null) throw new DrawRefused("commitment_changed", name);
    if (row.reveal !== null) checkOpen(row.reveal);
    return;
  }
  if (party.commitment !== null && row.commitment !== party.commitment) {
    throw new DrawRefused("commitment_changed", name);
  }
  if (row.reveal !== null) checkReveal(draw, name, row.commitment, row.reveal);
}

/** Throws `ceremony_order` unless everybody had spoken or committed before the first committed party revealed. */
export function checkOrder(ceremony: Ceremony): void {
  const rows = ceremony.contributions;
  const reveals = rows.flatMap((row) => (row.commitment && row.revealed_at ? [row.revealed_at] : [])).sort();
  const first = reveals[0];
  if (first === undefined) return;
  for (const row of rows) {
    const spoken = row.commitment ? row.committed_at : row.revealed_at;
    if (spoken !== null && spoken > first) throw new DrawRefused("ceremony_order", row.party);
  }
  if (ceremony.source !== null && ceremony.source.at < reveals[reveals.length - 1]!) {
    throw new DrawRefused("ceremony_order", "source");
  }
}

function checkSource(plan: Plan, ceremony: Ceremony): void {
  const source = ceremony.source;
  if (plan.source === null) {
    if (source !== null) throw new DrawRefused("source_unplanned");
    return;
  }
  if (source === null) throw new DrawRefused("source_missing");
  checkOpen(source.text);
  if (source.at < plan.source.moment) throw new DrawRefused("source_early");
}

function checkSealed(plan: Plan, k: string | null): void {
  if (plan.sealed === null) {
    if (k !== null) throw new DrawRefused("sealed_malformed", "no share was planned");
    return;
  }
  if (k === null) throw new DrawRefused("sealed_lost");
  if (!isHex(k) || commitment(plan.draw, SEALED_SHARE, k) !== plan.sealed.commitment) {
    throw new DrawRefused("sealed_malformed", "not the share that was committed to");
  }
}

/** Why this ceremony can only end in a published voiding, or null. */
export function mustVoid(plan: Plan, ceremony: Ceremony): string | null {
  const absent = ceremony.contributions.filter((row) => row.reveal === null).length;
  if (absent === ceremony.contributions.length) return "nobody_revealed";
  return absent > 0 && !hasLaterSource(plan) ? "absent_without_later_source" : null;
}

/** Does the public number come into being only when nobody can change his mind any more? */
export function hasLaterSource(plan: Plan): boolean {
  return plan.source !== null && plan.source.moment >= plan.deadline;
}

/** `S`: SHA-256 of `DSS1|seed|P|reveal|…|source|k`. */
export function deriveSeed(planDigest: string, ceremony: Ceremony): string {
  const reveals = ceremony.contributions.map((row) => row.reveal ?? ABSENT);
  return tagged("seed", planDigest, ...reveals, ceremony.source?.text ?? "", ceremony.k ?? "");
}

/** The seed of the deck: SHA-256 of `DSS1|pair|S`. */
export function pairSeed(seed: string): string {
  return tagged("pair", seed);
}

/** What the certificate has to say on its face, as codes in a fixed order. */
export function face(plan: Plan, ceremony: Ceremony): string[] {
  const rows = ceremony.contributions;
  const spoke = rows.filter((row) => row.reveal !== null).length;
  const sourced = ceremony.source !== null;
  const said: readonly [string, boolean][] = [
    ["one_person", spoke <= 1 && !sourced],
    ["no_witness", spoke <= 1 && sourced],
    ["witness_at_desk", rows.slice(1).some((row) => row.reveal !== null && row.channel === "desk")],
    ["no_public_source", !sourced],
    ["early_source", sourced && !hasLaterSource(plan)],
    ["absent", spoke < rows.length],
    ["targeted", plan.kind === "targeted"],
    ["sealed", plan.sealed !== null],
  ];
  return said.filter(([, holds]) => holds).map(([code]) => code);
}
