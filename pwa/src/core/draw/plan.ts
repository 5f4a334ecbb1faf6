/** The plan and its rules (specification section 4): the mirror of server/core/draw/plan.py. */
import { digest } from "../canonical";
import { DrawRefused, SPEC, isClean, isHex } from "./hashing";
import { byText, isId, isTag } from "./roster";
import type { Plan } from "./types";

type Check = (value: unknown) => boolean;
type Fields = Readonly<Record<string, unknown>>;

export const COUNTED: readonly string[] = ["inspected_this_year", "frequency_cap"];
export const UNCOUNTED: readonly string[] = ["closed", "moved", "suspended", "other"];
export const OUT = ["unit", "competence", "auxiliary", "certificate", "leave", "suspended", "other"] as const;
export const PUBLIC_FLAGS: readonly string[] = ["abnormal_operation_list", "serious_violation_list"];
export const INTERNAL_FLAG = "internal";
export const ABSENT = "absent";

function matches(pattern: RegExp): Check {
  return (value) => typeof value === "string" && pattern.test(value);
}
function orNull(check: Check): Check {
  return (value) => value === null || check(value);
}
function oneOf(...allowed: readonly string[]): Check {
  return (value) => typeof value === "string" && allowed.includes(value);
}
function integer(low: number, high: number): Check {
  return (value) => typeof value === "number" && Number.isInteger(value) && low <= value && value <= high;
}
const flag: Check = (value) => typeof value === "boolean";
const list: Check = (value) => Array.isArray(value);

/** Is it a JSON object? */
export function isObject(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export const isDate = matches(/^[0-9]{4}-[0-9]{2}-[0-9]{2}$/);
export const isMoment = matches(/^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z$/);
const isParty = matches(/^[a-z][a-z0-9-]{0,30}$/);
const isDrawId = matches(/^[0-9a-z-]{1,64}$/);
const isInspector = matches(/^i:[0-9a-f]{32}$/);
const count = integer(0, 2 ** 31);
const ratioPart = integer(1, 1_000_000);

const FIELDS: Readonly<Record<string, Readonly<Record<string, Check>>>> = {
  plan: {
    spec: oneOf(SPEC),
    bureau: isObject,
    draw: isDrawId,
    title: isClean,
    kind: oneOf("untargeted", "targeted"),
    year: integer(2000, 9999),
    sequence: integer(1, 100_000),
    previous: orNull(isHex),
    announced_at: isMoment,
    deadline: isMoment,
    window: isObject,
    salt: isHex,
    items: list,
    strata: list,
    rosters: list,
    exclusions: list,
    overrides: list,
    inspectors: list,
    pools: list,
    interests: list,
    rules: isObject,
    alternates: integer(0, 1000),
    parties: list,
    source: orNull(isObject),
    sealed: orNull(isObject),
  },
  bureau: { name: isClean, division: matches(/^[0-9]{6}$/) },
  window: { from: isDate, to: isDate },
  items: { code: isTag, name: isClean, num: ratioPart, den: ratioPart, inspectors: integer(2, 8) },
  strata: {
    id: isTag,
    item: isTag,
    authority: isClean,
    label: isClean,
    num: ratioPart,
    den: ratioPart,
    raised_by: orNull(oneOf(...PUBLIC_FLAGS, INTERNAL_FLAG)),
    pool: orNull(isTag),
  },
  rosters: { item: isTag, digest: isHex, lines: count, ids: oneOf("statutory", "pseudonym") },
  exclusions: { item: isTag, id: isId, reason: oneOf(...COUNTED, ...UNCOUNTED), note: orNull(isClean) },
  overrides: { item: isTag, id: isId, reason: oneOf(...COUNTED), note: isClean },
  inspectors: {
    id: isInspector,
    senior: flag,
    household: orNull(isTag),
    district: orNull(isTag),
    load: count,
  },
  pools: { id: isTag, members: list },
  members: { id: isInspector, out: orNull(oneOf(...OUT)) },
  interests: { inspector: isInspector, premises: isId },
  rules: { senior: flag, household: flag, district: flag },
  parties: { party: isParty, label: isClean, kind: oneOf("committed", "open"), commitment: orNull(isHex) },
  source: { name: isClean, moment: isMoment },
  sealed: { commitment: isHex, holders: list, release_on: isDate },
};
const SORTED_BY: Readonly<Record<string, readonly string[]>> = {
  items: ["code"],
  strata: ["id"],
  rosters: ["item"],
  exclusions: ["item", "id"],
  overrides: ["item", "id"],
  inspectors: ["id"],
  pools: ["id"],
  members: ["id"],
  interests: ["inspector", "premises"],
};

/** `P`: the SHA-256 of the canonical plan. */
export function planDigest(plan: Plan): string {
  return digest(plan);
}

/** Throw when the plan breaks a rule of specification section 4; the codes are those of Python. */
export function checkPlan(value: unknown): asserts value is Plan {
  checkObject("plan", value);
  const fields = value as Fields;
  for (const name of ["bureau", "window", "rules", "source", "sealed"]) {
    if (fields[name] !== null) checkObject(name, fields[name]);
  }
  for (const name of [...Object.keys(SORTED_BY), "parties"]) {
    if (name !== "members") checkList(name, fields[name] as readonly unknown[]);
  }
  const plan = value as Plan;
  for (const pool of plan.pools) checkList("members", pool.members);
  checkRatios(plan);
  checkReferences(plan);
  checkParties(plan);
  checkTimes(plan);
}

function checkObject(name: string, value: unknown): void {
  const fields = FIELDS[name]!;
  const names = Object.keys(fields);
  if (!isObject(value) || Object.keys(value).length !== names.length)
    throw new DrawRefused("plan_field", name);
  if (names.some((field) => !(field in value))) throw new DrawRefused("plan_field", name);
  for (const field of names) {
    if (!fields[field]!(value[field])) throw new DrawRefused("plan_field", `${name}.${field}`);
  }
}

function checkList(name: string, rows: readonly unknown[]): void {
  for (const row of rows) checkObject(name, row);
  const keys = SORTED_BY[name] ?? ["party"];
  const found = (rows as readonly Record<string, string>[]).map((row) => keys.map((key) => row[key]!));
  const compare = (left: readonly string[], right: readonly string[]): number =>
    left.reduce((sofar, part, at) => sofar || byText(part, right[at]!), 0);
  const ordered = [...found].sort(compare);
  if (ordered.some((row, at) => at > 0 && compare(row, ordered[at - 1]!) === 0)) {
    throw new DrawRefused("plan_duplicate", name);
  }
  if (name in SORTED_BY && found.some((row, at) => row !== ordered[at]))
    throw new DrawRefused("plan_order", name);
}

function checkRatios(plan: Plan): void {
  const items = new Map(plan.items.map((item) => [item.code, item]));
  for (const item of plan.items) if (item.num > item.den) throw new DrawRefused("plan_ratio", item.code);
  for (const stratum of plan.strata) {
    const item = items.get(stratum.item);
    if (item === undefined) throw new DrawRefused("plan_unknown_item", stratum.id);
    if (stratum.num > stratum.den) throw new DrawRefused("plan_ratio", stratum.id);
    const more = stratum.num * item.den - item.num * stratum.den;
    if (more < 0 || more > 0 !== (stratum.raised_by !== null))
      throw new DrawRefused("plan_ratio", stratum.id);
    if (stratum.raised_by === INTERNAL_FLAG && plan.kind !== "targeted") {
      throw new DrawRefused("plan_ratio_internal", stratum.id);
    }
  }
}

function checkReferences(plan: Plan): void {
  const codes = plan.items.map((item) => item.code);
  const rosters = plan.rosters.map((roster) => roster.item);
  if (codes.length === 0 || codes.join("|") !== rosters.join("|"))
    throw new DrawRefused("plan_roster_missing");
  for (const name of ["exclusions", "overrides"] as const) {
    if (plan[name].some((row) => !codes.includes(row.item))) throw new DrawRefused("plan_unknown_item", name);
  }
  const pools = new Set(plan.pools.map((pool) => pool.id));
  for (const stratum of plan.strata) {
    if (stratum.pool !== null && !pools.has(stratum.pool))
      throw new DrawRefused("plan_unknown_pool", stratum.id);
  }
  const known = new Set(plan.inspectors.map((inspector) => inspector.id));
  for (const pool of plan.pools) {
    if (pool.members.some((member) => !known.has(member.id))) {
      throw new DrawRefused("plan_unknown_inspector", pool.id);
    }
  }
  if (plan.interests.some((row) => !known.has(row.inspector))) {
    throw new DrawRefused("plan_unknown_inspector", "interests");
  }
}

function checkParties(plan: Plan): void {
  if (!plan.parties.some((party) => party.kind === "committed")) {
    throw new DrawRefused("plan_parties", "nobody commits");
  }
  if (plan.parties.some((party) => party.kind === "open" && party.commitment !== null)) {
    throw new DrawRefused("plan_parties", "an open party has no commitment");
  }
  if (plan.sealed === null) return;
  const holders: readonly unknown[] = plan.sealed.holders;
  if (holders.length < 2 || new Set(holders).size !== holders.length || !holders.every(isClean)) {
    throw new DrawRefused("plan_sealed_holders");
  }
}

function checkTimes(plan: Plan): void {
  if (plan.window.from > plan.window.to || plan.announced_at > plan.deadline)
    throw new DrawRefused("plan_window");
  if (plan.source !== null && plan.source.moment <= plan.announced_at)
    throw new DrawRefused("plan_source_early");
}
