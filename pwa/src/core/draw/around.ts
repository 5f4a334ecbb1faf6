/** What stands around the result: the annex and the amendments (specification sections 8.4 and 9). */
import { digest } from "../canonical";
import { Standing } from "./amendment";
import { same } from "./differences";
import { SPEC, isHex } from "./hashing";
import { pseudonym, saltCommitment } from "./roster";
import type { Annex, Bundle, Certificate, Rosters } from "./types";
import { say, short, type Finding } from "./words";

/** The findings on the annex of a full certificate. */
export function annexFindings(certificate: Certificate, annex: Annex | null): Finding[] {
  if (annex === null) return [];
  const said: Finding[] = [];
  const found = digest(annex);
  if (found !== certificate.annex) {
    said.push(say("annex_digest", "annex", { found, stated: short(certificate.annex) }));
  }
  const { salt } = annex;
  if (!isHex(salt) || saltCommitment(certificate.plan.draw, salt) !== certificate.plan.salt) {
    return [...said, say("annex_salt", "annex.salt")];
  }
  const identities = [
    ...annex.inspectors.map((row) => ({
      where: "inspectors",
      kind: "i",
      id: row.id,
      identity: row.badge_no,
    })),
    ...annex.premises.map((row) => ({ where: "premises", kind: "p", id: row.id, identity: row.statutory })),
  ];
  for (const row of identities) {
    const right = pseudonym(row.kind, salt, row.identity);
    if (row.id === right) continue;
    const facts = { identity: row.identity, found: right, stated: row.id };
    said.push(say("annex_pseudonym", `annex.${row.where}`, facts));
  }
  return said;
}

/** The findings on the amendments, each calculated from where the draw stood before it. */
export function amendmentFindings(
  certificate: Certificate,
  rosters: Rosters,
  rows: Bundle["amendments"],
): Finding[] {
  if (rows.length === 0) return [];
  const standing = new Standing(certificate, rosters);
  return rows.flatMap((row, at) => {
    const sequence = at + 1;
    const where = `amendments.${sequence}`;
    const said: Finding[] = [];
    const found = digest(row.record);
    if (Object.keys(row).length !== 2 || found !== row.digest) {
      said.push(say("amendment_digest", where, { sequence, found, stated: short(row.digest) }));
    }
    const record = row.record as unknown as Readonly<Record<string, unknown>>;
    for (const [field, expected] of Object.entries(amended(standing, row.record, sequence))) {
      if (field in record && same(record[field], expected)) continue;
      const facts = { sequence, expected: short(expected), stated: short(record[field] ?? null) };
      said.push(say("amendment", `${where}.${field}`, facts));
    }
    standing.apply(row.record);
    return said;
  });
}

function amended(
  standing: Standing,
  record: Bundle["amendments"][number]["record"],
  sequence: number,
): object {
  const fixed = {
    spec: SPEC,
    kind: "amendment",
    draw: standing.plan.draw,
    certificate: standing.certificateDigest,
    sequence,
  };
  if (record.change === "inspector") {
    const away = record.unavailable.map((row) => row.id);
    const [replacement, report] = standing.nextInspector(record.task, record.pool, record.removed, away);
    return { ...fixed, replacement, report };
  }
  return { ...fixed, change: "premises", result: standing.nextPremises(record.removed) };
}
