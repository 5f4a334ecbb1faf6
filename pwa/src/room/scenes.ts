/**
 * A draw as an ordered list of scenes: what the room's screen shows, one after the other.
 *
 * Pure: the same draw gives the same scenes on the wall, on a witness's phone, live and years later. While the
 * ceremony runs its scenes come from the room's view and only ever grow (the last one, `waiting`, moves on); the
 * result comes from the chain's record alone, and everything that can be calculated again is calculated again, so
 * that the screen cannot show what is not recorded.
 */
import { digest } from "@/core/canonical";
import { checkReveal, deriveSeed } from "@/core/draw/ceremony";
import { ticket as ticketOf } from "@/core/draw/premises";
import type { Certificate, Contribution, DealtTask, Report, StratumResult } from "@/core/draw/types";
import type { NextStep, Proceedings } from "./proceedings";

/** The stations of a draw, in their order; every scene belongs to one. */
export const STATIONS = ["plan", "parties", "source", "seed", "premises", "people", "end"] as const;
export type Station = (typeof STATIONS)[number];

/** What one party has said. */
export interface Said {
  readonly party: string;
  readonly label: string;
  readonly kind: string;
  readonly commitment: string | null;
  readonly committed_at: string | null;
  readonly reveal: string | null;
  readonly revealed_at: string | null;
  readonly channel: string | null;
}

export type Scene =
  | { readonly kind: "opening" }
  | { readonly kind: "commitment" | "number" | "absent"; readonly party: string }
  /** `fits`: what was revealed is what had been committed to. */
  | { readonly kind: "reveal"; readonly party: string; readonly fits: boolean }
  | { readonly kind: "source" }
  | { readonly kind: "seed"; readonly seed: string; readonly fits: boolean }
  /** `shown` tickets of a stratum are up; `line`: it is drawn, and the alternates above it may follow. */
  | { readonly kind: "tickets"; readonly stratum: number; readonly shown: number; readonly line: boolean }
  | { readonly kind: "deal"; readonly dealt: number }
  /** `fits`: the record has the digest that was published. */
  | { readonly kind: "closing"; readonly fits: boolean }
  | { readonly kind: "sealed" | "restricted" | "voided" }
  | { readonly kind: "waiting"; readonly next: NextStep };

export interface TicketRow {
  readonly id: string;
  readonly ticket: string;
  readonly drawn: boolean;
  /** Where the ticket stands on the stratum's scale, 0 to 1. */
  readonly place: number;
  /** The ticket is the hash of seed and id. */
  readonly fits: boolean;
}

export interface StratumShow {
  readonly id: string;
  readonly item: string;
  readonly label: string;
  readonly ratio: string;
  readonly result: StratumResult;
  readonly rows: readonly TicketRow[];
  /** The line on the same scale, and on the scale of all tickets there can be; null where nobody is drawn. */
  readonly line: { readonly place: number; readonly whole: number } | null;
}

export interface CardShow {
  readonly id: string;
  readonly senior: boolean;
  /** Tasks held when this card was dealt. */
  readonly load: number;
}

export interface VisitShow {
  readonly task: string;
  readonly items: readonly string[];
  readonly groups: readonly {
    readonly pool: string;
    readonly authority: string;
    readonly cards: readonly CardShow[];
    readonly report: Report | null;
  }[];
}

export interface Show {
  readonly scenes: readonly Scene[];
  readonly said: readonly Said[];
  readonly source: { readonly name: string; readonly moment: string; readonly text: string | null } | null;
  readonly strata: readonly StratumShow[];
  readonly visits: readonly VisitShow[];
  /** What the certificate says of itself before anything else, as codes. */
  readonly face: readonly string[];
}

/** How many scenes a stratum's tickets, or the visits, take at most: a long draw shows several at once. */
export const MOST_SCENES = 40;

/** The show of a draw. `record` is its certificate once that may be seen, else null. */
export function showOf(draw: Proceedings, record: Certificate | null): Show {
  const said = record === null ? saidLive(draw) : saidOf(record);
  const source = sourceOf(draw, record);
  const strata = record === null ? [] : record.strata.map((row) => stratumShow(record, row));
  const visits = record === null ? [] : visitsOf(record);
  const over = draw.state !== "announced" || ["source", "execution", "voiding"].includes(draw.next ?? "");
  const scenes: Scene[] = [{ kind: "opening" }, ...acts(draw, said, over)];
  if (source !== null && source.text !== null) scenes.push({ kind: "source" });
  if (record !== null) scenes.push(...resultScenes(draw, record, strata, visits));
  else scenes.push(ending(draw));
  return { scenes, said, source, strata, visits, face: record?.face ?? aloneFace(draw) };
}

function saidOf(record: Certificate): Said[] {
  return record.plan.parties.map((party, at) => {
    const row = record.ceremony.contributions[at] as Contribution;
    return {
      label: party.label,
      kind: party.kind,
      ...row,
      channel: row.reveal === null ? null : row.channel,
    };
  });
}

function saidLive(draw: Proceedings): Said[] {
  return draw.parties.map(
    ({ party, label, kind, commitment, committed_at, reveal, revealed_at, channel }) => ({
      party,
      label,
      kind,
      commitment,
      committed_at,
      reveal,
      revealed_at,
      channel,
    }),
  );
}

function sourceOf(draw: Proceedings, record: Certificate | null): Show["source"] {
  if (record === null) return draw.source;
  const planned = record.plan.source;
  return planned === null ? null : { ...planned, text: record.ceremony.source?.text ?? null };
}

/** What the parties did, in the order of time; who stayed away comes last, when nobody can speak any more. */
function acts(draw: Proceedings, said: readonly Said[], over: boolean): Scene[] {
  const timed: { at: string; scene: Scene }[] = [];
  for (const row of said) {
    if (row.committed_at !== null) {
      timed.push({ at: row.committed_at, scene: { kind: "commitment", party: row.party } });
    }
    if (row.revealed_at !== null) timed.push({ at: row.revealed_at, scene: spoken(draw.draw_id, row) });
  }
  // The sort is stable: what happened in the same millisecond stays in the plan's order.
  timed.sort((left, right) => (left.at < right.at ? -1 : left.at > right.at ? 1 : 0));
  const away = over ? said.filter((row) => row.reveal === null) : [];
  return [
    ...timed.map(({ scene }) => scene),
    ...away.map((row): Scene => ({ kind: "absent", party: row.party })),
  ];
}

function spoken(draw: string, row: Said): Scene {
  if (row.kind === "open") return { kind: "number", party: row.party };
  return { kind: "reveal", party: row.party, fits: opens(draw, row) };
}

function opens(draw: string, row: Said): boolean {
  try {
    checkReveal(draw, row.party, row.commitment, row.reveal ?? "");
    return true;
  } catch {
    return false;
  }
}

/** What stands at the end while there is no record to show. */
function ending(draw: Proceedings): Scene {
  if (draw.state === "voided") return { kind: "voided" };
  if (draw.result === "sealed" || draw.result === "restricted") return { kind: draw.result };
  return { kind: "waiting", next: draw.next };
}

function resultScenes(
  draw: Proceedings,
  record: Certificate,
  strata: readonly StratumShow[],
  visits: readonly VisitShow[],
): Scene[] {
  const seed = deriveSeed(record.plan_digest, record.ceremony);
  const fits = draw.certificate !== null && digest(record) === draw.certificate.digest;
  return [
    { kind: "seed", seed: record.seed, fits: seed === record.seed },
    ...strata.flatMap(ticketScenes),
    ...steps(visits.length).map((dealt): Scene => ({ kind: "deal", dealt })),
    { kind: "closing", fits },
  ];
}

/** First the stratum, then its tickets one by one up to the line, the line, and what lies above it. */
function ticketScenes(show: StratumShow, stratum: number): Scene[] {
  const drawn = show.result.drawn.length;
  const scene = (shown: number, line: boolean): Scene => ({ kind: "tickets", stratum, shown, line });
  const below = steps(drawn).map((shown) => scene(shown, false));
  const line = drawn > 0 ? [scene(drawn, true)] : [];
  const above = show.rows.length > drawn ? [scene(show.rows.length, drawn > 0)] : [];
  return [scene(0, false), ...below, ...line, ...above];
}

/** 1, 2, … total; in larger steps where that would take more than `MOST_SCENES`. */
export function steps(total: number): number[] {
  const size = Math.max(1, Math.ceil(total / MOST_SCENES));
  return Array.from({ length: Math.ceil(total / size) }, (_none, at) => Math.min(total, (at + 1) * size));
}

function stratumShow(record: Certificate, result: StratumResult): StratumShow {
  const plan = record.plan.strata.find((row) => row.id === result.stratum);
  const item = record.plan.items.find((row) => row.code === plan?.item);
  const all = [...result.drawn, ...result.alternates];
  const last = all[all.length - 1];
  // A little room behind the last ticket, so that its bar does not end at the edge.
  const top = last === undefined ? 1 : Math.min(1, fraction(last.ticket) * 1.06);
  return {
    id: result.stratum,
    item: item?.name ?? result.stratum,
    label: plan?.label ?? "",
    ratio: `${plan?.num ?? 0}/${plan?.den ?? 0}`,
    result,
    rows: all.map((row, at) => ({
      ...row,
      drawn: at < result.drawn.length,
      place: fraction(row.ticket) / top,
      fits: ticketOf(record.seed, row.id) === row.ticket,
    })),
    line: result.line === null ? null : { place: fraction(result.line) / top, whole: fraction(result.line) },
  };
}

/** A ticket as a part of all tickets there can be: its first 48 bits, for a bar on a screen and nothing else. */
function fraction(ticket: string): number {
  return parseInt(ticket.slice(0, 12), 16) / 2 ** 48;
}

function visitsOf(record: Certificate): VisitShow[] {
  const senior = new Set(record.plan.inspectors.filter((row) => row.senior).map((row) => row.id));
  const load = new Map(record.plan.inspectors.map((row) => [row.id, row.load]));
  const names = new Map(record.plan.items.map((row) => [row.code, row.name]));
  const deal = (id: string): CardShow => {
    const held = load.get(id) ?? 0;
    load.set(id, held + 1);
    return { id, senior: senior.has(id), load: held };
  };
  const group = (row: DealtTask["groups"][number]): VisitShow["groups"][number] => ({
    pool: row.pool,
    authority: record.plan.strata.find((one) => one.pool === row.pool)?.authority ?? row.pool,
    cards: row.inspectors.map(deal),
    report: row.report,
  });
  return record.tasks.map((task) => ({
    task: task.task,
    items: task.items.map((code) => names.get(code) ?? code),
    groups: task.groups.map(group),
  }));
}

/** Known before anything is drawn: with one party and no public number this is one person's draw. */
function aloneFace(draw: Proceedings): string[] {
  return draw.parties.length <= 1 && draw.source === null ? ["one_person"] : [];
}

const STATION_OF: Readonly<Record<Scene["kind"], Station>> = {
  opening: "plan",
  commitment: "parties",
  number: "parties",
  reveal: "parties",
  absent: "parties",
  source: "source",
  seed: "seed",
  tickets: "premises",
  deal: "people",
  closing: "end",
  sealed: "end",
  restricted: "end",
  voided: "end",
  waiting: "parties",
};

/** The station to which a scene belongs. */
export function stationOf(scene: Scene): Station {
  if (scene.kind !== "waiting") return STATION_OF[scene.kind];
  if (scene.next === "source") return "source";
  return scene.next === "execution" || scene.next === null ? "seed" : "parties";
}

const PAUSE_MS: Readonly<Record<Scene["kind"], number>> = {
  opening: 3_500,
  commitment: 1_800,
  number: 2_200,
  reveal: 2_200,
  absent: 2_500,
  source: 2_500,
  seed: 4_500,
  tickets: 1_500,
  deal: 1_900,
  closing: 0,
  sealed: 0,
  restricted: 0,
  voided: 0,
  waiting: 0,
};

/** How long a scene stays while the show plays, in ms: many of a kind go faster, so that a county stays watchable. */
export function pauseOf(show: Show, at: number): number {
  const scene = show.scenes[at];
  if (scene === undefined) return 0;
  const alike = show.scenes.filter((one) => one.kind === scene.kind).length;
  return Math.max(450, Math.round(PAUSE_MS[scene.kind] * Math.min(1, 12 / alike)));
}

/** Which parties have done what when the scene `at` is on: a party → its last act. */
export function standingAt(show: Show, at: number): ReadonlyMap<string, "committed" | "spoken" | "absent"> {
  const standing = new Map<string, "committed" | "spoken" | "absent">();
  for (const scene of show.scenes.slice(0, at + 1)) {
    if (scene.kind === "commitment") standing.set(scene.party, "committed");
    if (scene.kind === "number" || scene.kind === "reveal") standing.set(scene.party, "spoken");
    if (scene.kind === "absent") standing.set(scene.party, "absent");
  }
  return standing;
}
