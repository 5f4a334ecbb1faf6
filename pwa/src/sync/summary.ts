/** Keeps the task list's summaries true after a pull, without evaluating checklists nobody has open. */
import { check, fold, type Entry } from "../core/journal";
import { isRefused } from "../vault/refusal";
import type { Summary, Vault } from "../vault/vault";

/** Folds one inspection and stores its phase and conflicts; progress stays as the last opening left it. */
export async function summarise(vault: Vault, inspection: string): Promise<Summary> {
  const rows = await vault.run(() => vault.db.entries.where("inspection").equals(inspection).toArray());
  const proven = rows.filter((row) => row.proven === 1);
  const entries = await vault.entriesOf(proven);
  const state = fold(entries.filter(understood), inspection);
  const before = (await vault.summaries()).get(inspection);
  const summary: Summary = {
    phase: state.phase,
    done: before?.done ?? 0,
    total: before?.total ?? 0,
    conflicts: Object.keys(state.conflicts).length,
  };
  await vault.putSummary(inspection, summary);
  return summary;
}

function understood(entry: Entry): boolean {
  try {
    check(entry);
    return true;
  } catch (thrown) {
    if (isRefused(thrown)) return false;
    throw thrown;
  }
}
