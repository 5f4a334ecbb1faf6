/** Vectors of tests/vectors/draw; the Python twin, which explains `edits`, is tests/core/adapters/draw.py. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import * as draw from "../../../src/core/draw";

interface Edit {
  readonly at: readonly (string | number)[];
  readonly set?: unknown;
  readonly remove?: boolean;
}
/** The arguments of all steps in one shape; each step reads its own. */
interface Given {
  readonly do: string;
  readonly bundle: string;
  readonly edits?: readonly Edit[];
  readonly text: string;
  readonly kind: string;
  readonly code: string;
  readonly site: string | null;
  readonly salt: string;
  readonly identity: string;
  readonly draw: string;
  readonly lines: readonly draw.Line[];
  readonly party: string;
  readonly r: string;
  readonly plan_digest: string;
  readonly ceremony: draw.Ceremony;
  readonly seed?: string;
  readonly id: string;
  readonly n_base: number;
  readonly num: number;
  readonly den: number;
  readonly available: number;
  readonly ids: readonly string[];
  readonly wanted: number;
  readonly task: string;
  readonly pool: string;
  readonly removed: string;
  readonly unavailable?: readonly string[];
  readonly records: readonly draw.ChainRow[];
  readonly report: draw.Report;
  readonly codes: readonly string[];
}
type Node = Record<string | number, unknown>;

const BUNDLES = resolve(import.meta.dirname, "../../../../tests/vectors/draw/bundles");

export function run(given: unknown): unknown {
  const step = STEPS[(given as Given).do];
  if (step === undefined) throw new Error(`no step ${(given as Given).do}`);
  return step(given as Given);
}

function edited(given: Given): draw.Bundle {
  const value = JSON.parse(readFileSync(resolve(BUNDLES, `${given.bundle}.json`), "utf-8")) as Node;
  for (const edit of given.edits ?? []) {
    const last = edit.at[edit.at.length - 1]!;
    const place = edit.at.slice(0, -1).reduce<Node>((node, key) => node[key] as Node, value);
    if (edit.remove === true) delete place[last];
    else place[last] = edit.set;
  }
  return value as unknown as draw.Bundle;
}

function executed(given: Given): unknown {
  const { certificate, rosters } = edited(given);
  draw.checkRosters(certificate.plan, rosters);
  const seed = given.seed ?? certificate.seed;
  const drawn = draw.draw(certificate.plan, rosters, seed);
  const dealt = draw.pairTasks(certificate.plan, drawn.tasks, seed);
  const ids = (name: "drawn" | "alternates"): unknown =>
    Object.fromEntries(drawn.strata.map((row) => [row.stratum, row[name].map((one) => one.id)]));
  return {
    drawn: ids("drawn"),
    alternates: ids("alternates"),
    notes: Object.fromEntries(drawn.strata.map((row) => [row.stratum, row.note])),
    teams: dealt.tasks.map((task) => [task.task, ...task.groups.map((group) => group.inspectors)]),
    reports: dealt.tasks.flatMap((task) =>
      task.groups.flatMap((group) => (group.report ? [group.report] : [])),
    ),
  };
}

function standing(given: Given): draw.Standing {
  const { certificate, rosters } = edited(given);
  return new draw.Standing(certificate, rosters);
}

const STEPS: Readonly<Record<string, (given: Given) => unknown>> = {
  clean: (given) => draw.clean(given.text),
  is_clean: (given) => draw.isClean(given.text),
  statutory_id: (given) => draw.statutoryId(given.kind, given.code, given.site),
  pseudonym: (given) => draw.pseudonym(given.kind, given.salt, given.identity),
  salt: (given) => draw.saltCommitment(given.draw, given.salt),
  roster: (given) => {
    const text = draw.rosterLines(given.lines);
    return { text, digest: draw.rosterDigest(text) };
  },
  parse_roster: (given) => draw.parseRoster(given.text),
  commitment: (given) => draw.commitment(given.draw, given.party, given.r),
  seed: (given) => draw.deriveSeed(given.plan_digest, given.ceremony),
  ticket: (given) => draw.ticket(given.seed!, given.id),
  quota: (given) => draw.quota(given.n_base, given.num, given.den, given.available),
  smallest: (given) => draw.smallest(given.seed!, given.ids, given.wanted).map((row) => row.id),
  plan: (given) => {
    const { plan } = edited(given).certificate;
    draw.checkPlan(plan);
    return draw.planDigest(plan);
  },
  ceremony: (given) => {
    const { plan, ceremony, plan_digest } = edited(given).certificate;
    draw.checkCeremony(plan, ceremony);
    const seed = draw.deriveSeed(plan_digest, ceremony);
    return { seed, pair: draw.pairSeed(seed), face: draw.face(plan, ceremony) };
  },
  execute: executed,
  next_inspector: (given) =>
    standing(given).nextInspector(given.task, given.pool, given.removed, given.unavailable),
  next_premises: (given) => standing(given).nextPremises(given.removed),
  verify: (given) => draw.verify(edited(given)),
  verify_text: (given) => draw.verifyText(given.text),
  chain: (given) => draw.verifyChain(given.records),
  report: (given) => draw.explainReport(given.report),
  face: (given) => draw.explainFace(given.codes),
  words: () => ({ words: draw.WORDS, face: draw.FACE_WORDS, out: draw.OUT_WORDS }),
};
