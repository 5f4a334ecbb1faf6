/** What the sync page and the state line show, read from the outbox: every waiting thing and its reason. */
import type { SyncItem, SyncStatus } from "../app/ports";
import { isoTime } from "../vault/encoding";
import type { OutboxLabel } from "../vault/replica";
import { isUnsent, type OutboxRow } from "../vault/schema";
import type { Vault } from "../vault/vault";
import { labelOf, outboxRows } from "./outbox";

/** More lines than anybody reads; the counts cover everything. */
const MOST_ITEMS = 300;

/** Opened labels and the names of premises, so that neither a long list nor every task is decrypted at each save. */
export class Lines {
  private readonly labels = new Map<string, { state: string; label: OutboxLabel }>();
  private names = new Map<string, string>();

  constructor(private readonly vault: Vault) {}

  /** Counts and lines as they are now; `sending` is the key of what is under way and its acknowledged bytes. */
  async read(
    sending: { key: string; sent: number } | null,
  ): Promise<Pick<SyncStatus, "waiting" | "oldest" | "items">> {
    const rows = (await outboxRows(this.vault)).sort((a, b) => rank(a) - rank(b) || a.order - b.order);
    if (rows.some(({ inspection }) => !this.names.has(inspection))) await this.readNames(rows);
    const items: SyncItem[] = [];
    for (const row of rows.slice(0, MOST_ITEMS)) {
      const label = await this.label(row);
      items.push(line(row, label, this.names.get(row.inspection) ?? "", sending));
    }
    const unsent = rows.filter(isUnsent);
    const oldest = unsent.length === 0 ? null : isoTime(Math.min(...unsent.map((row) => row.order)));
    return { waiting: counted(rows), oldest, items };
  }

  /** Tasks have come or gone, or a premises has another name. */
  forgetNames(): void {
    this.names.clear();
  }

  /** Also of what has no task any more: it is not looked for again. */
  private async readNames(rows: OutboxRow[]): Promise<void> {
    this.names = new Map(rows.map(({ inspection }) => [inspection, ""]));
    for (const { task } of await this.vault.tasks()) this.names.set(task.id, task.subject.name);
  }

  private async label(row: OutboxRow): Promise<OutboxLabel> {
    const state = `${row.state}:${row.attempts}`;
    const known = this.labels.get(row.key);
    if (known !== undefined && known.state === state) return known.label;
    const label = await labelOf(this.vault, row);
    this.labels.set(row.key, { state, label });
    return label;
  }
}

/** What needs a person comes first. */
function rank({ state }: OutboxRow): number {
  return { refused: 0, held: 1, waiting: 2, queued: 3 }[state];
}

function counted(rows: OutboxRow[]): SyncStatus["waiting"] {
  const waiting = { entries: 0, photos: 0, bytes: 0, held: 0, refused: 0 };
  for (const row of rows) {
    if (row.state === "held") waiting.held += 1;
    else if (row.state === "refused") waiting.refused += 1;
    else if (row.what === "entry") waiting.entries += 1;
    else {
      waiting.photos += 1;
      waiting.bytes += row.bytes - row.sent;
    }
  }
  return waiting;
}

function line(
  row: OutboxRow,
  label: OutboxLabel,
  subjectName: string,
  sending: { key: string; sent: number } | null,
): SyncItem {
  const now = sending?.key === row.key;
  const sent = now ? sending.sent : row.sent;
  return {
    id: row.id,
    inspection: row.inspection,
    subjectName,
    what: kindOf(row, label),
    kind: label.kind,
    path: label.path,
    state: now ? "sending" : row.state,
    reason: row.state === "queued" ? null : label.reason,
    percent: row.bytes > 0 ? Math.floor((sent * 100) / row.bytes) : 0,
    bytes: row.bytes,
    attempts: row.attempts,
    nextTry: row.state === "waiting" ? isoTime(row.nextTry) : null,
    at: isoTime(row.order),
  };
}

function kindOf(row: OutboxRow, label: OutboxLabel): SyncItem["what"] {
  if (row.what === "entry") return "entry";
  if (label.purpose === "signature") return "signature";
  if (label.purpose === "record_text") return "text";
  return label.purpose === "file" ? "file" : "photo";
}
