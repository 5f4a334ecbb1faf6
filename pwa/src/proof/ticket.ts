/**
 * A shop owner's own ticket: what he would calculate by hand, calculated here. Everything comes from the public
 * certificate; the code that he types stays in his browser.
 */
import { tagged } from "@/core/draw";
import type { Bundle } from "@/core/draw";

export type Outcome = "drawn" | "alternate" | "not_drawn" | "excluded" | "withdrawn" | "came_in";

export interface StratumTicket {
  item: string;
  label: string;
  ticket: string;
  line: string | null;
  outcome: Outcome;
  /** Why it took no part: a code of the specification. */
  reason: string | null;
  available: number;
  drawn: number;
}

export interface OwnTicket {
  id: string;
  ticket: string;
  strata: StratumTicket[];
}

/** The premises behind a typed code: one for every site that stands in a roster under it. */
export function ownTickets(bundle: Bundle, typed: string): OwnTicket[] {
  const code = typed.normalize("NFKC").trim();
  if (code === "") return [];
  // A code that does not fit an id (a licence number with Chinese characters) enters as a hash (section 3.1).
  const hashed = `x-${tagged("code", code).slice(0, 32)}`;
  const wanted = new Set([code.toUpperCase(), hashed.toUpperCase()]);
  const ids = new Set<string>();
  for (const lines of Object.values(bundle.rosters)) {
    for (const { id } of lines) {
      const bare = id.slice(id.indexOf(":") + 1);
      const names = [id, bare, bare.split("#")[0]!].map((name) => name.toUpperCase());
      if (names.some((name) => wanted.has(name))) ids.add(id);
    }
  }
  return [...ids]
    .sort()
    .map((id) => ({ id, ticket: tagged(bundle.certificate.seed, id), strata: strataOf(bundle, id) }));
}

function strataOf(bundle: Bundle, id: string): StratumTicket[] {
  const { plan, seed } = bundle.certificate;
  return plan.strata.flatMap((stratum) => {
    const line = bundle.rosters[stratum.item]?.find((row) => row.id === id);
    if (line?.stratum !== stratum.id) return [];
    const result = bundle.certificate.strata.find((row) => row.stratum === stratum.id);
    const excluded = plan.exclusions.find((row) => row.item === stratum.item && row.id === id);
    return [
      {
        item: plan.items.find((row) => row.code === stratum.item)?.name ?? stratum.item,
        label: stratum.label,
        ticket: tagged(seed, id),
        line: result?.line ?? null,
        outcome: excluded ? "excluded" : outcomeOf(bundle, stratum.id, id),
        reason: excluded?.reason ?? null,
        available: result?.available ?? 0,
        drawn: result?.n ?? 0,
      },
    ];
  });
}

function outcomeOf(bundle: Bundle, stratum: string, id: string): Outcome {
  for (const { record } of bundle.amendments) {
    if (record.change !== "premises") continue;
    if (record.removed === id) return "withdrawn";
    if (record.result.strata.some((row) => row.stratum === stratum && row.replacement === id))
      return "came_in";
  }
  const result = bundle.certificate.strata.find((row) => row.stratum === stratum);
  if (result?.drawn.some((row) => row.id === id)) return "drawn";
  return result?.alternates.some((row) => row.id === id) ? "alternate" : "not_drawn";
}

/** One line to type, per system; each prints exactly the ticket. */
export function commandsFor(seed: string, id: string): { linux: string; macos: string; windows: string } {
  const text = `DSS1|${seed}|${id}`;
  const bytes = `[Text.Encoding]::UTF8.GetBytes('${text}')`;
  return {
    linux: `printf '${text}' | sha256sum`,
    macos: `printf '${text}' | shasum -a 256`,
    windows: `-join ([Security.Cryptography.SHA256]::Create().ComputeHash(${bytes}) | ForEach-Object { $_.ToString('x2') })`,
  };
}
