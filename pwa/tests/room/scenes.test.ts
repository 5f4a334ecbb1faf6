/** The room's screen is a replay: the same scenes live and from the certificate, and nothing that is not recorded. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Bundle, Certificate } from "../../src/core/draw";
import { bearsAbsence } from "../../src/room/proceedings";
import type { Proceedings } from "../../src/room/proceedings";
import { MOST_SCENES, pauseOf, showOf, standingAt, stationOf, steps, STATIONS } from "../../src/room/scenes";
import type { Scene, Show } from "../../src/room/scenes";

const file = new URL("../../../tests/vectors/draw/bundles/county.json", import.meta.url);
const bundle = JSON.parse(readFileSync(file, "utf8")) as Bundle;
const record = bundle.certificate;

/** What the server tells the room of this draw when it has been executed. */
function proceedings(changes: Partial<Proceedings> = {}): Proceedings {
  const { plan, ceremony } = record;
  return {
    draw_id: plan.draw,
    number: "2026-01",
    title: plan.title,
    kind: plan.kind,
    state: "executed",
    bureau: plan.bureau.name,
    plan_digest: record.plan_digest,
    announced_at: plan.announced_at,
    deadline: plan.deadline,
    now: record.at,
    items: [],
    source: plan.source && { ...plan.source, ...(ceremony.source ?? { text: null, at: null }) },
    sealed: null,
    parties: plan.parties.map((party, at) => {
      const { reveal, revealed_at, commitment, committed_at, channel } = ceremony.contributions[at]!;
      const said = { reveal, revealed_at, commitment, committed_at, channel };
      return { ...said, party: party.party, label: party.label, kind: party.kind as "open", absent: false };
    }),
    next: null,
    void_reason: null,
    result: "open",
    sealed_until: null,
    certificate: { number: record.number, digest: bundle.digest, at: record.at },
    voided: null,
    ...changes,
  };
}

/** The ceremony as far as it had gone at a moment. */
function until(moment: string, next: Proceedings["next"]): Proceedings {
  const whole = proceedings();
  const past = (at: string | null): boolean => at !== null && at <= moment;
  return proceedings({
    state: "announced",
    result: "none",
    certificate: null,
    next,
    now: moment,
    source: whole.source && {
      ...whole.source,
      ...(past(whole.source.at) ? {} : { text: null, at: null }),
    },
    parties: whole.parties.map((party) => ({
      ...party,
      ...(past(party.committed_at) ? {} : { commitment: null, committed_at: null }),
      ...(past(party.revealed_at) ? {} : { reveal: null, revealed_at: null, channel: null }),
    })),
  });
}

const kinds = (show: Show): string[] => show.scenes.map((scene) => scene.kind);
const played = (scenes: readonly Scene[]): readonly Scene[] =>
  scenes.filter((scene) => scene.kind !== "waiting");
const whole = showOf(proceedings(), record);

describe("a whole draw", () => {
  it("begins with the plan and ends with the certificate, every station in its order", () => {
    const stations = [...new Set(whole.scenes.map(stationOf))];
    expect(stations).toEqual([...STATIONS]);
    expect(whole.scenes[0]).toEqual({ kind: "opening" });
    expect(whole.scenes[whole.scenes.length - 1]).toEqual({ kind: "closing", fits: true });
  });

  it("lets the parties speak in the order of the clock", () => {
    expect(whole.scenes.slice(1, 6)).toEqual([
      { kind: "commitment", party: "office" },
      { kind: "number", party: "witness" },
      { kind: "reveal", party: "office", fits: true },
      { kind: "source" },
      { kind: "seed", seed: record.seed, fits: true },
    ]);
  });

  it("turns up exactly the premises of the certificate, smallest ticket first, and then the line", () => {
    whole.strata.forEach((stratum, at) => {
      const of = whole.scenes.filter((scene) => scene.kind === "tickets" && scene.stratum === at);
      const { drawn, alternates } = record.strata[at]!;
      expect(of.map((scene) => scene.kind === "tickets" && [scene.shown, scene.line])).toEqual([
        [0, false],
        ...drawn.map((_one, n) => [n + 1, false]),
        [drawn.length, true],
        [drawn.length + alternates.length, true],
      ]);
      expect(stratum.rows.filter((row) => row.drawn).map((row) => row.id)).toEqual(
        drawn.map((row) => row.id),
      );
      expect(stratum.rows.every((row) => row.fits)).toBe(true);
    });
  });

  it("draws every bar on its side of the line", () => {
    for (const { rows, line } of whole.strata) {
      const places = rows.map((row) => row.place);
      expect(places).toEqual([...places].sort((left, right) => left - right));
      expect(Math.max(...places)).toBeLessThanOrEqual(1);
      for (const row of rows) expect(row.place <= line!.place).toBe(row.drawn);
      expect(line!.whole).toBeGreaterThan(0);
      expect(line!.whole).toBeLessThan(1);
    }
  });

  it("deals the teams of the certificate, each card with the tasks its holder had before", () => {
    const dealt = whole.visits.map((visit) => [
      visit.task,
      visit.groups.map((one) => one.cards.map((card) => card.id)),
    ]);
    expect(dealt).toEqual(record.tasks.map((task) => [task.task, task.groups.map((one) => one.inspectors)]));
    const first = new Map<string, number>();
    for (const visit of whole.visits) {
      for (const card of visit.groups.flatMap((group) => group.cards)) {
        if (!first.has(card.id)) first.set(card.id, card.load);
      }
    }
    for (const [id, load] of first) {
      expect(load).toBe(record.loads.find((row) => row.id === id)?.before);
    }
  });

  it("shows nothing but what the public certificate holds: no name, no badge, no credit class", () => {
    const text = JSON.stringify(whole).replace(/[0-9a-f]{32,}/g, "");
    for (const person of bundle.annex!.inspectors as readonly { name?: string; badge_no: string }[]) {
      expect(text).not.toContain(person.badge_no);
      expect(text).not.toContain(person.name ?? person.badge_no);
    }
    expect(text).not.toContain("credit");
  });
});

describe("while the ceremony runs", () => {
  const { contributions, source } = record.ceremony;
  const moments: [string, Proceedings["next"]][] = [
    [contributions[0]!.committed_at!, "numbers"],
    [contributions[1]!.revealed_at!, "reveals"],
    [contributions[0]!.revealed_at!, "source"],
    [source!.at, "execution"],
  ];

  it("only ever adds scenes, and they are those of the certificate", () => {
    let before: readonly Scene[] = [];
    for (const [moment, next] of moments) {
      const live = showOf(until(moment, next), null).scenes;
      expect(live[live.length - 1]).toEqual({ kind: "waiting", next });
      expect(played(live).slice(0, before.length)).toEqual(before);
      before = played(live);
      expect(whole.scenes.slice(0, before.length)).toEqual(before);
    }
    expect(before).toHaveLength(5);
  });

  it("says who has committed, spoken or stayed away at any scene", () => {
    expect([...standingAt(whole, 1)]).toEqual([["office", "committed"]]);
    expect([...standingAt(whole, 3)]).toEqual([
      ["office", "spoken"],
      ["witness", "spoken"],
    ]);
  });

  it("calls a party absent only when nobody can speak any more", () => {
    const quiet = { ...until(moments[0]![0], "numbers") };
    expect(kinds(showOf(quiet, null))).not.toContain("absent");
    const over = showOf({ ...quiet, next: "voiding" }, null);
    expect(over.scenes.slice(-3)).toEqual([
      { kind: "absent", party: "office" },
      { kind: "absent", party: "witness" },
      { kind: "waiting", next: "voiding" },
    ]);
  });

  it("knows before anything is drawn that one person draws alone", () => {
    const alone = until(moments[0]![0], "reveals");
    expect(showOf({ ...alone, source: null, parties: alone.parties.slice(0, 1) }, null).face).toEqual([
      "one_person",
    ]);
    expect(showOf(alone, null).face).toEqual([]);
  });
});

describe("what may not be seen", () => {
  it.each(["sealed", "restricted"] as const)(
    "a %s result ends with its digest and shows no ticket",
    (result) => {
      const show = showOf(proceedings({ result }), null);
      expect(kinds(show).slice(-2)).toEqual(["source", result]);
      expect([show.strata, show.visits]).toEqual([[], []]);
    },
  );

  it("a voided draw ends with its voiding", () => {
    const show = showOf(proceedings({ state: "voided", result: "none", certificate: null }), null);
    expect(kinds(show).slice(-1)).toEqual(["voided"]);
  });
});

describe("a record that was changed", () => {
  const changed = (edit: (copy: Certificate) => Certificate): Show =>
    showOf(proceedings(), edit(structuredClone(record)));

  it("is seen at the closing", () => {
    const show = changed((copy) => ({ ...copy, at: "2026-03-02T08:00:00.000Z" }));
    expect(show.scenes[show.scenes.length - 1]).toEqual({ kind: "closing", fits: false });
  });

  it("is seen at the seed, at the reveal and at the ticket", () => {
    const seed = changed((copy) => ({ ...copy, seed: "0".repeat(64) }));
    expect(seed.scenes.find((scene) => scene.kind === "seed")).toMatchObject({ fits: false });
    expect(seed.strata.every((stratum) => stratum.rows.every((row) => !row.fits))).toBe(true);
    const reveal = changed((copy) => {
      const [office, witness] = copy.ceremony.contributions;
      const contributions = [{ ...office!, reveal: "f".repeat(64) }, witness!];
      return { ...copy, ceremony: { ...copy.ceremony, contributions } };
    });
    expect(reveal.scenes.find((scene) => scene.kind === "reveal")).toMatchObject({ fits: false });
  });
});

describe("a large county", () => {
  it("shows several tickets at once rather than sitting for an hour", () => {
    expect(steps(3)).toEqual([1, 2, 3]);
    expect(steps(0)).toEqual([]);
    const many = steps(5_000);
    expect(many.length).toBeLessThanOrEqual(MOST_SCENES);
    expect(many[many.length - 1]).toBe(5_000);
  });

  it("plays this county in less than two minutes", () => {
    const total = whole.scenes.reduce((sum, _scene, at) => sum + pauseOf(whole, at), 0);
    expect(total).toBeLessThan(120_000);
  });
});

it("an absent party is borne only by a public number that comes when nobody can change his mind", () => {
  const source = { name: "x", moment: "2026-03-02T07:00:00.000Z", text: null, at: null };
  expect(bearsAbsence({ source, deadline: "2026-03-02T07:00:00.000Z" })).toBe(true);
  expect(bearsAbsence({ source, deadline: "2026-03-02T07:00:00.001Z" })).toBe(false);
  expect(bearsAbsence({ source: null, deadline: "2026-03-02T07:00:00.000Z" })).toBe(false);
});
