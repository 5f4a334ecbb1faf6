/** Vectors of the journal: the twin of tests/core/adapters/journal.py, where the notation is explained. */
import {
  SERVER,
  absent,
  check,
  checkRun,
  cover,
  covered,
  entryId,
  fold,
  headsAt,
  headsOfRow,
  identify,
  rowId,
  runBytes,
  seal,
  type Entry,
  type EntryBody,
  type Kind,
} from "../../../src/core/journal";
import { digest, type Json } from "../../../src/core/canonical";
import { uuid5 } from "../../../src/core/uuid5";

const NAMESPACE_URL = "6ba7b811-9dad-11d1-80b4-00c04fd430c8";
const SIGNATURE = {
  signer: { name: "张三" },
  text_sha256: "0".repeat(64),
  evidence: null,
  refused: null,
  remarks: "",
};
const PHOTO = {
  sha256: "a".repeat(64),
  size: 1000,
  media_type: "image/jpeg",
  purpose: "photo",
  taken_at: "2026-11-22T02:00:00.000Z",
  position: null,
  source: "camera",
  width: 640,
  height: 480,
};

interface Told {
  readonly id: string;
  readonly device: string;
  readonly kind: Kind;
  readonly value: Json;
  readonly path?: string;
  readonly inspection?: string;
  readonly author?: string;
  readonly after?: string | null;
  readonly seq?: number;
  readonly at?: string;
  readonly skew_ms?: number;
  readonly replaces?: readonly string[];
}
type Labels = "*" | readonly string[];
interface Given {
  readonly check?: unknown;
  readonly identify?: unknown;
  readonly run?: unknown;
  readonly row?: readonly [string, string, string];
  readonly story?: readonly Told[];
  readonly omit?: readonly string[];
  readonly show?: readonly string[];
  readonly entries?: readonly Entry[];
  readonly heads?: readonly ["answer" | "row" | "finding", string];
  readonly cover?: Labels;
}

export function run(input: unknown): unknown {
  const given = input as Given;
  if ("check" in given) {
    const entry = grown(given.check);
    check(entry);
    return { id: entryId(entry) };
  }
  if ("identify" in given) return { id: identify(given.identify) };
  if ("run" in given) {
    const { run } = given;
    checkRun(run);
    return { bytes: new TextDecoder().decode(runBytes(run)) };
  }
  if (given.row !== undefined) return { id: rowId(...given.row) };
  if (given.entries !== undefined) return told(given.entries);
  return new Story(given).answer();
}

/** An entry whose value may be written as {"repeat": [text, times]}. */
function grown(entry: unknown): unknown {
  const value = (entry as { value?: { repeat?: [string, number] } | string | null }).value;
  if (typeof value !== "object" || !value?.repeat) return entry;
  const [text, times] = value.repeat;
  return { ...(entry as EntryBody), value: text.repeat(times) };
}

/** A long random story: each entry is in order, and the whole state has this digest. */
function told(entries: readonly Entry[]): unknown {
  for (const entry of entries) {
    check(entry);
    identify(entry);
  }
  const state = fold(entries);
  return { digest: digest(state), phase: state.phase, late: state.late.length };
}

class Story {
  private readonly entries = new Map<string, Entry>();
  private readonly names = new Map<string, string>();

  constructor(private readonly given: Given) {
    (given.story ?? []).forEach((told, place) => this.state(place, told));
  }

  private key(letter: string): string {
    if (letter === SERVER) return SERVER;
    const key = uuid5(NAMESPACE_URL, letter);
    this.names.set(key, letter);
    return key;
  }

  private state(place: number, told: Told): void {
    const device = this.key(told.device);
    const inspection = this.key(told.inspection ?? "visit");
    const after = this.before(told, device, inspection);
    const entry = seal({
      inspection,
      author: this.key(told.author ?? `author of ${told.device}`),
      device,
      seq: told.seq ?? (after === undefined ? 1 : after.seq + 1),
      prev: after?.id ?? null,
      at: told.at ?? `2026-11-22T02:${String(place).padStart(2, "0")}:00.000Z`,
      skew_ms: told.skew_ms ?? 0,
      kind: told.kind,
      path: told.path ?? "",
      value: this.value(told.kind, told.value),
      replaces: this.ids(told.replaces ?? []),
    });
    this.entries.set(told.id, entry);
    this.names.set(entry.id, told.id);
  }

  private before(told: Told, device: string, inspection: string): Entry | undefined {
    if (told.after !== undefined) return told.after === null ? undefined : this.entries.get(told.after);
    return [...this.entries.values()]
      .filter((entry) => entry.device === device && entry.inspection === inspection)
      .pop();
  }

  private ids(labels: readonly string[]): string[] {
    return labels.map((label) => this.entries.get(label)!.id).sort();
  }

  private value(kind: Kind, told: Json): Json {
    if (typeof told !== "object" || told === null || Array.isArray(told)) return told;
    const defaults = kind === "sign" ? SIGNATURE : kind === "evidence" ? PHOTO : {};
    const { cover: labels, ...value } = { ...defaults, ...told } as Record<string, Json>;
    if (kind === "admit") value["ids"] = this.ids(value["ids"] as unknown as string[]);
    if (kind === "mark") value["photo"] = this.ids([value["photo"] as unknown as string])[0]!;
    return labels === undefined ? value : { ...value, ...this.cover(labels as unknown as Labels) };
  }

  private cover(labels: Labels): Record<string, Json> {
    const chosen = [...this.entries].filter(([label]) => labels === "*" || labels.includes(label));
    return cover(chosen.map(([, entry]) => entry)) as unknown as Record<string, Json>;
  }

  answer(): unknown {
    const { omit = [], show, heads, cover: labels } = this.given;
    const arrived = [...this.entries].filter(([label]) => !omit.includes(label)).map(([, entry]) => entry);
    const shown: Record<string, unknown> = {};
    if (show !== undefined) {
      const state = fold(arrived, this.key("visit")) as unknown as Record<string, unknown>;
      for (const name of show) shown[name] = state[name];
    }
    if (heads !== undefined) {
      const state = fold(arrived);
      shown["heads"] = headsAt(state, ...heads);
      shown["removal"] = headsOfRow(state, heads[1]);
    }
    if (labels !== undefined) {
      const byId = new Map(arrived.map((entry) => [entry.id, entry]));
      const described = cover(
        [...this.entries].filter(([label]) => labels === "*" || labels.includes(label)).map(([, e]) => e),
      );
      shown["cover"] = described;
      shown["covered"] = [...covered(described, byId)].map((id) => this.names.get(id)).sort();
      shown["absent"] = absent(described, byId);
    }
    return this.named(shown);
  }

  private named(value: unknown): unknown {
    if (typeof value === "string") return this.names.get(value) ?? value;
    if (Array.isArray(value)) return value.map((member) => this.named(member));
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, member]) => [this.names.get(key) ?? key, this.named(member)]),
    );
  }
}
