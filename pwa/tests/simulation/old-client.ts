/**
 * A phone that is never updated: what the first released version (2026.1) says on the line, written down here by hand
 * and not changed when the product changes. It shares no code with the product, so that a newer server, and newer
 * phones beside it, go on understanding it. It knows no covers but its own chain, replaces nothing but its own last
 * word, sends each photo whole, and offers everything again until it is confirmed.
 */
import { createHash } from "node:crypto";
import type { Random } from "../../src/app/ports";
import { steadySigner, steadySubtle } from "./crypto";
import type { Line } from "./line";
import type { Person } from "./sim-phone";

export interface OldEntry {
  id: string;
  inspection: string;
  author: string;
  device: string;
  seq: number;
  prev: string | null;
  at: string;
  skew_ms: number;
  kind: string;
  path: string;
  value: unknown;
  replaces: string[];
}

interface Waiting {
  entries: OldEntry[];
  photos: { inspection: string; sha256: string; bytes: Uint8Array<ArrayBuffer> }[];
}

export class OldClient {
  /** What its screen has called saved. It never forgets. */
  readonly entries: OldEntry[] = [];
  readonly photos: Waiting["photos"] = [];
  readonly device: string;
  private readonly stored = new Set<string>();
  private readonly subtle: SubtleCrypto;
  private pair: CryptoKeyPair | null = null;
  private announced = false;
  private csrf = "";
  private cursor = "";
  private epoch = "";

  constructor(
    readonly person: Person,
    readonly line: Line,
    private readonly password: string,
    random: Random,
    private readonly now: () => number,
  ) {
    this.subtle = steadySubtle(random);
    const hex = Buffer.from(random.bytes(16)).toString("hex");
    this.device = `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20)}`;
  }

  get waits(): boolean {
    return (
      this.entries.some(({ id }) => !this.stored.has(id)) ||
      this.photos.some(({ sha256 }) => !this.stored.has(sha256))
    );
  }

  answer(inspection: string, path: string, value: unknown): void {
    const before = this.entries.filter(
      (entry) => entry.inspection === inspection && entry.path === path && entry.kind === "answer",
    );
    const last = before[before.length - 1];
    this.append(inspection, "answer", path, value, last === undefined ? [] : [last.id]);
  }

  photo(inspection: string, path: string, bytes: Uint8Array<ArrayBuffer>): void {
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    this.photos.push({ inspection, sha256, bytes });
    const value = {
      sha256,
      size: bytes.length,
      media_type: "image/jpeg",
      purpose: "photo",
      taken_at: this.time(),
    };
    const rest = { position: null, source: "camera", width: null, height: null };
    this.append(inspection, "evidence", path, { ...value, ...rest }, []);
  }

  /** Everything that is not confirmed, from the beginning. What the line does to it is the line's business. */
  async sync(): Promise<void> {
    try {
      await this.signIn();
      await this.pull();
      for (const inspection of new Set(this.entries.map((entry) => entry.inspection)))
        await this.push(inspection);
      for (const photo of this.photos) if (!this.stored.has(photo.sha256)) await this.upload(photo);
    } catch (thrown) {
      if (!(thrown instanceof TypeError || thrown instanceof SyntaxError || thrown instanceof Unwelcome))
        throw thrown;
    }
  }

  private append(inspection: string, kind: string, path: string, value: unknown, replaces: string[]): void {
    const chain = this.entries.filter((entry) => entry.inspection === inspection);
    const last = chain[chain.length - 1];
    const body = {
      inspection,
      author: this.person.id,
      device: this.device,
      seq: chain.length + 1,
      prev: last?.id ?? null,
      at: this.time(),
      skew_ms: 0,
      kind,
      path,
      value,
      replaces,
    };
    this.entries.push({ id: createHash("sha256").update(canonical(body)).digest("hex"), ...body });
  }

  private time(): string {
    return new Date(this.now()).toISOString();
  }

  private async signIn(): Promise<void> {
    const answer = await this.send("POST", "/api/session", {
      login: this.person.login,
      password: this.password,
    });
    const { csrf, epoch } = (await answer.json()) as { csrf: string; epoch: string };
    this.csrf = csrf;
    if (this.announced) return;
    const curve = { name: "ECDSA", namedCurve: "P-256" };
    this.pair ??= (await this.subtle.generateKey(curve, true, ["sign", "verify"])) as CryptoKeyPair;
    const { x, y } = await this.subtle.exportKey("jwk", this.pair.publicKey);
    const enrolment = { id: this.device, label: "Android 9 · 2026.1", alg: "ES256", wrapped_key: "{}" };
    const enrolled = await this.send("POST", "/api/devices", {
      ...enrolment,
      public_key: { kty: "EC", crv: "P-256", x, y },
    });
    await enrolled.json(); // a captive portal's page is no enrolment
    this.announced = true;
    if (this.epoch === "") this.epoch = epoch;
  }

  /** Reads what it understands and follows the cursor; another epoch means that everything is offered again. */
  private async pull(): Promise<void> {
    for (let more = true; more;) {
      const answer = await this.send("GET", `/api/sync/pull?cursor=${encodeURIComponent(this.cursor)}`);
      const page = (await answer.json()) as { cursor: string; more: boolean; epoch: string };
      if (this.epoch !== "" && page.epoch !== this.epoch) this.lostAll();
      ({ cursor: this.cursor, more, epoch: this.epoch } = page);
    }
  }

  private lostAll(): void {
    this.stored.clear();
    this.announced = false;
  }

  private async push(inspection: string): Promise<void> {
    const chain = this.entries.filter((entry) => entry.inspection === inspection);
    const entries = chain.filter(({ id }) => !this.stored.has(id));
    if (entries.length === 0) return;
    const body = { inspection, device: this.device, first_seq: 1, ids: chain.map(({ id }) => id) };
    const signature = await steadySigner.sign(this.pair!.privateKey, Buffer.from(canonical(body)));
    const run = { ...body, alg: "ES256", signature: Buffer.from(signature).toString("base64url") };
    const answer = await this.send("POST", "/api/sync/push", { runs: [run], entries });
    const { outcomes } = (await answer.json()) as { outcomes: { id: string; status: string }[] };
    for (const { id, status } of outcomes)
      if (status === "accepted" || status === "known") this.stored.add(id);
  }

  /** tus 1.0: creation with the whole upload in it, and PATCH from where the server stands. */
  private async upload({ inspection, sha256, bytes }: Waiting["photos"][number]): Promise<void> {
    const told = { inspection, sha256, media_type: "image/jpeg" };
    const metadata = Object.entries(told).map(
      ([name, text]) => `${name} ${Buffer.from(text).toString("base64")}`,
    );
    const tus = { "Tus-Resumable": "1.0.0", "Content-Type": "application/offset+octet-stream" };
    const created = { ...tus, "Upload-Length": String(bytes.length), "Upload-Metadata": metadata.join(",") };
    let answer = await this.raw("POST", "/api/evidence/uploads", created, bytes.slice(0, 100_000).buffer);
    const place = (answer.headers.get("Location") ?? "").replace(/^[a-z]+:\/\/[^/]+/i, "");
    for (let offset = offsetIn(answer); offset < bytes.length; offset = offsetIn(answer)) {
      const from = { ...tus, "Upload-Offset": String(offset) };
      answer = await this.raw("PATCH", place, from, bytes.slice(offset, offset + 100_000).buffer);
    }
    this.stored.add(sha256);
  }

  private send(method: string, path: string, body?: unknown): Promise<Response> {
    return this.raw(
      method,
      path,
      { "Content-Type": "application/json" },
      body === undefined ? null : JSON.stringify(body),
    );
  }

  private async raw(
    method: string,
    path: string,
    headers: Record<string, string>,
    body: string | ArrayBuffer | null,
  ): Promise<Response> {
    const answer = await this.line.fetch(path, {
      method,
      body,
      headers: { ...headers, "X-CSRF-Token": this.csrf },
    });
    if (answer.status >= 300) throw new Unwelcome(`${method} ${path}: ${answer.status}`);
    return answer;
  }
}

/** The server said no: the old client tries again another time. */
class Unwelcome extends Error {}

function offsetIn({ headers }: Response): number {
  const offset = Number(headers.get("Upload-Offset") ?? NaN);
  if (!Number.isInteger(offset)) throw new TypeError("no offset");
  return offset;
}

/** RFC 8785 for what this client says: ASCII keys, no fractions. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const members = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${canonical(member)}`).join(",")}}`;
}
