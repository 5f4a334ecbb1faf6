/**
 * The bureau's server as the contract has it, small enough to be read: sessions, devices, push, pull, tus uploads,
 * manifests. It stores before it answers and can be made to misbehave on the line: see `line`.
 */
import type { Entry, Run } from "../../src/core/journal";
import { cover, identify } from "../../src/core/journal";
import type {
  DeviceInput,
  KnownDevice,
  ManifestAnswer,
  Person,
  PushOutcome,
  Task,
} from "../../src/api/types";
import { base64url, fromBase64url, fromUtf8 } from "../../src/vault/encoding";
import { SIGNATURE } from "../../src/vault/keys";
import { canonicalBytes, digest } from "../../src/core/canonical";
import { seal } from "../../src/core/journal";
import { office } from "./people";
import { hashOf, Profile, subtle, type FakeClock } from "./effects";
import { writePacket } from "../../src/vault/packet";

export interface Call {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: ArrayBuffer;
}

/** What happens on the way: nothing, lost before it arrives, lost after it was done, or cut in the middle. */
export type Fate = "well" | "lost" | "answer_lost" | { cutAfter: number } | { answer: Response };

interface Upload {
  inspection: string;
  sha256: string;
  bytes: Uint8Array;
  length: number;
}

const bureauPair = await subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign", "verify"]);
const bureauJwk = await subtle.exportKey("jwk", bureauPair.publicKey);

/** A minimal checklist whose hash the task pins. */
export const definition = {
  format: 1,
  id: "hotel-real-name",
  trade: "hotel",
  version: "2026.1",
  effective_from: "2026-01-01",
  effective_to: null,
  title: { zh: "旅馆业检查", en: "Hotels" },
  matters: [],
  contents: {},
  facts: [],
  settings: [],
  sections: [],
  catalogues: { laws: [], results: [], holidays: {}, lists: {} },
};

export class FakeServer {
  readonly people = new Map<string, { person: Person; password: string }>();
  readonly devices = new Map<string, DeviceInput & { person: Person }>();
  readonly entries = new Map<string, Entry>();
  readonly runs = new Map<string, Run>();
  readonly blobs = new Map<string, Uint8Array>();
  readonly uploads = new Map<string, Upload>();
  readonly erased = new Set<string>();
  /** Devices whose vault was told to be gone. */
  readonly lost = new Set<string>();
  readonly calls: Call[] = [];
  tasks = new Map<string, Task>();
  removed = new Set<string>();
  epoch = "epoch-1";
  mayForget = false;
  /** Ids that the server refuses or holds, with a code. */
  verdicts = new Map<string, { status: "held" | "refused"; code: string; detail: string }>();
  /** Decides what becomes of a call; default: it goes well. */
  line: (call: Call) => Fate = () => "well";
  /** The token of the open session: another one when somebody signs in in another tab. */
  csrf = "token";
  offset = 0;
  chunkLimit = 524_288;
  private feed: string[] = [];
  private signedIn: Person | null = null;
  private uploadCount = 0;

  constructor(private readonly clock: FakeClock) {}

  employ(person: Person, password: string): void {
    this.people.set(person.login, { person, password });
  }

  assign(task: Task): void {
    this.tasks.set(task.id, { ...task, checklists: [digest(definition)] });
  }

  /** A backup from before: the server forgets and its epoch is another. */
  restore(keep: (entry: Entry) => boolean): void {
    for (const entry of [...this.entries.values()]) if (!keep(entry)) this.entries.delete(entry.id);
    this.feed = this.feed.filter((id) => this.entries.has(id));
    this.blobs.clear();
    this.uploads.clear();
    this.epoch = `${this.epoch}+`;
  }

  endSession(): void {
    this.signedIn = null;
  }

  signIn(person: Person): void {
    this.signedIn = person;
  }

  /** The name of whoever is signed in. */
  get who(): string | null {
    return this.signedIn?.name ?? null;
  }

  /** An entry by the server itself, under the bureau's signature. */
  async says(inspection: string, kind: Entry["kind"], value: Entry["value"], path = ""): Promise<Entry> {
    const own = [...this.entries.values()].filter(
      (entry) => entry.device === "server" && entry.inspection === inspection,
    );
    const last = own.sort((a, b) => a.seq - b.seq)[own.length - 1];
    const entry = seal({
      inspection,
      author: "01930000-0000-7000-8000-0000000000ff",
      device: "server",
      seq: (last?.seq ?? 0) + 1,
      prev: last?.id ?? null,
      at: new Date(this.now()).toISOString(),
      skew_ms: 0,
      kind,
      path,
      value,
      replaces: [],
    });
    const body = { inspection, device: "server", first_seq: entry.seq, ids: [entry.id] };
    const signature = await subtle.sign(SIGNATURE, bureauPair.privateKey, canonicalBytes(body));
    this.take(entry);
    this.runs.set(digest(body), { ...body, alg: "ES256", signature: base64url(new Uint8Array(signature)) });
    return entry;
  }

  /** The closing of round one: everything that is here. */
  receive(inspection: string): Promise<Entry> {
    const here = [...this.entries.values()].filter((entry) => entry.inspection === inspection);
    return this.says(inspection, "received", { round: 1, ...cover(here) } as unknown as Entry["value"]);
  }

  readonly fetch = async (url: string, init: RequestInit = {}): Promise<Response> => {
    const call: Call = {
      method: init.method ?? "GET",
      path: url,
      headers: (init.headers ?? {}) as Record<string, string>,
      body: await bodyOf(init.body),
    };
    this.calls.push(call);
    const fate = this.line(call);
    if (fate === "lost") throw new TypeError("network error");
    if (typeof fate === "object" && "answer" in fate) return fate.answer;
    if (typeof fate === "object") {
      await this.answered({ ...call, body: call.body.slice(0, fate.cutAfter) });
      throw new TypeError("network error");
    }
    const answer = await this.answered(call);
    if (fate === "answer_lost") throw new TypeError("network error");
    return answer;
  };

  /** A file from the bureau for one device: what a pull would bring, and receipts. */
  async file(
    to: string,
    part: {
      outcomes: PushOutcome[];
      evidence: { inspection: string; sha256: string }[];
      manifests?: ManifestAnswer[];
    },
  ): Promise<Blob> {
    const pull: unknown = await this.page(0).json();
    const device = this.devices.get(to)!;
    const { random } = new Profile("bureau");
    return writePacket(
      {
        subtle,
        random,
        kind: "tasks",
        from: "server",
        to,
        at: new Date(this.now()).toISOString(),
        reader: device.public_key,
        sign: async (bytes) => new Uint8Array(await subtle.sign(SIGNATURE, bureauPair.privateKey, bytes)),
      },
      [async () => new TextEncoder().encode(JSON.stringify({ pull, ...part })).buffer],
    );
  }

  private now(): number {
    return this.clock.now() + this.offset;
  }

  private async answered(call: Call): Promise<Response> {
    const { method, path } = call;
    const [route] = path.split("?");
    if (route === "/api/session") return this.session(call);
    if (this.signedIn === null) return problem(401, "signed_out", "登录已过期，请重新登录。");
    if (method !== "GET" && method !== "HEAD" && call.headers["X-CSRF-Token"] !== this.csrf) {
      return problem(403, "csrf_failed", "页面已过期。");
    }
    if (route === "/api/session/password") return this.newPassword(call);
    const lost = /^\/api\/devices\/([^/]+)\/loss$/.exec(route!);
    if (lost !== null) return this.loss(lost[1]!);
    if (route === "/api/devices") return this.deviceCall(call, this.signedIn);
    if (route === "/api/sync/push") return this.push(call);
    if (route === "/api/sync/pull") return this.pull(path);
    if (route === "/api/sync/manifest") return this.manifest(path);
    if (route!.startsWith("/api/evidence/uploads")) return this.tus(call, route!);
    if (route!.startsWith("/api/evidence/blobs/")) return this.blob(route!);
    return problem(404, "not_found", "没有找到。");
  }

  private session({ method, headers, body }: Call): Response {
    if (method === "POST") {
      const { login, password } = JSON.parse(fromUtf8(body)) as { login: string; password: string };
      const known = this.people.get(login);
      if (known === undefined || known.password !== password)
        return problem(401, "login_failed", "账号或密码不正确。");
      this.signedIn = known.person;
    }
    if (method === "DELETE") {
      if (headers["X-CSRF-Token"] !== this.csrf) return problem(403, "csrf_failed", "页面已过期。");
      this.signedIn = null;
    }
    return this.sessionAnswer();
  }

  private newPassword({ body }: Call): Response {
    const told = JSON.parse(fromUtf8(body)) as { password: string; new_password: string };
    const known = this.people.get(this.signedIn!.login)!;
    if (known.password !== told.password) return problem(403, "password_wrong", "原密码不正确。");
    this.employ(known.person, told.new_password);
    return this.sessionAnswer();
  }

  private sessionAnswer(): Response {
    return json({
      person: this.signedIn,
      csrf: this.signedIn === null ? null : this.csrf,
      expires_at: null,
      server_time: new Date(this.now()).toISOString(),
      epoch: this.epoch,
      bureau: { name: "叶县公安局", division_code: "410422" },
      keys: { bureau: bureauJwk, recovery: office.jwk },
      limits: { photo_bytes: 20_000_000, chunk_bytes: this.chunkLimit, offline_hours: 72 },
      demo: null,
    });
  }

  private deviceCall({ method, body }: Call, person: Person): Response {
    if (method === "POST") {
      const device = JSON.parse(fromUtf8(body)) as DeviceInput;
      this.devices.set(device.id, { ...device, person });
      return json({ ...device, person_id: person.id });
    }
    return json(
      [...this.devices.values()]
        .filter((one) => one.person.id === person.id)
        .map((one) => ({ ...one, person_id: person.id, last_seen_at: null, revoked_at: null })),
    );
  }

  private loss(id: string): Response {
    const device = this.devices.get(id);
    if (device === undefined) return problem(404, "not_found", "没有找到。");
    this.lost.add(id);
    return json({ ...device, person_id: device.person.id, last_seen_at: null, revoked_at: null });
  }

  private push({ body }: Call): Response {
    const { entries, runs } = parsed<{ entries: Entry[]; runs: Run[] }>(body) ?? {};
    if (entries === undefined || runs === undefined) return problem(400, "bad_request", "请求内容无法识别。");
    if (entries.some((entry) => entry.path === "POISON1"))
      return problem(422, "invalid_input", "有一条内容无法识别。");
    for (const run of runs) this.runs.set(digest({ ...run, ids: [...run.ids] }), run);
    return json({
      outcomes: entries.map((entry) => this.outcome(entry)),
      server_time: new Date(this.now()).toISOString(),
    });
  }

  private outcome(entry: Entry): PushOutcome {
    const { id } = entry;
    const verdict = this.verdicts.get(id);
    if (verdict?.status === "refused") return { id, ...verdict };
    const known = this.entries.has(id);
    this.take(entry);
    if (verdict !== undefined) return { id, ...verdict };
    return { id, status: known ? "known" : "accepted", code: null, detail: null };
  }

  private take(entry: Entry): void {
    identify(entry);
    if (!this.entries.has(entry.id)) this.feed.push(entry.id);
    this.entries.set(entry.id, entry);
  }

  private pull(path: string): Response {
    const asking = this.devices.get(/device=([^&]*)/.exec(path)?.[1] ?? "");
    if (asking !== undefined && asking.person.id !== this.signedIn?.id)
      return problem(409, "other_person", "这台设备属于另一位人员。");
    const cursor = decodeURIComponent(/cursor=([^&]*)/.exec(path)?.[1] ?? "");
    const [epoch, at] = cursor.split(":");
    if (cursor !== "" && epoch !== this.epoch) return this.page(0);
    return this.page(cursor === "" ? 0 : Number(at));
  }

  private page(from: number): Response {
    const ids = this.feed.slice(from, from + 50);
    const inspections = [...new Set(ids.map((id) => this.entries.get(id)!.inspection))].map((id) => ({
      id,
      entries: ids.map((one) => this.entries.get(one)!).filter((entry) => entry.inspection === id),
      runs: [...this.runs.values()].filter(
        (run) => run.inspection === id && run.ids.some((one) => ids.includes(one)),
      ),
    }));
    return json({
      cursor: `${this.epoch}:${from + ids.length}`,
      more: from + ids.length < this.feed.length,
      epoch: this.epoch,
      server_time: new Date(this.now()).toISOString(),
      tasks: [...this.tasks.values()],
      removed: [...this.removed],
      checklists: [{ hash: digest(definition), body: definition }],
      devices: (from === 0 || ids.length > 0 ? [...this.devices.values()] : []).map((one): KnownDevice => ({
        id: one.id,
        person_id: one.person.id,
        person_name: one.person.name,
        public_key: one.public_key,
      })),
      inspections,
      erased: [...this.tasks.keys()].flatMap((inspection) =>
        [...this.erased].map((sha256) => ({
          inspection,
          sha256,
          erased_at: "2026-11-22T04:30:00.000Z",
          reason: "误拍旅客",
        })),
      ),
    });
  }

  private manifest(path: string): Response {
    const inspection = /inspection=([^&]*)/.exec(path)?.[1] ?? "";
    return json({
      inspection,
      entries: [...this.entries.values()]
        .filter((entry) => entry.inspection === inspection)
        .map(({ id }) => id),
      evidence: [
        ...[...this.blobs.keys()].map((sha256) => ({ sha256, state: "stored" })),
        ...[...this.erased].map((sha256) => ({ sha256, state: "erased" })),
      ],
      may_forget: this.mayForget,
      reason: this.mayForget ? null : "not_signed_off",
    });
  }

  private tus(call: Call, route: string): Response {
    if (route === "/api/evidence/uploads") return this.create(call);
    const id = route.slice("/api/evidence/uploads/".length);
    const upload = this.uploads.get(id);
    if (upload === undefined) return problem(404, "not_found", "没有找到。");
    if (call.method === "PATCH") {
      if (Number(call.headers["Upload-Offset"]) !== upload.bytes.length)
        return problem(409, "conflict", "位置不符。");
      const refusal = this.append(upload, call.body);
      if (refusal !== null) return refusal;
    }
    return new Response(null, {
      status: call.method === "PATCH" ? 204 : 200,
      headers: { "Upload-Offset": String(upload.bytes.length) },
    });
  }

  private create(call: Call): Response {
    const metadata = Object.fromEntries(
      call.headers["Upload-Metadata"]!.split(",").map((pair) => {
        const [name, value] = pair.split(" ") as [string, string];
        return [name, fromUtf8(fromBase64url(value))];
      }),
    ) as { inspection: string; sha256: string };
    const length = Number(call.headers["Upload-Length"]);
    const known = this.blobs.get(metadata.sha256);
    if (known !== undefined) return created("done", known.length);
    const id = `u${(this.uploadCount += 1)}`;
    const upload: Upload = {
      inspection: metadata.inspection,
      sha256: metadata.sha256,
      bytes: new Uint8Array(0),
      length,
    };
    this.uploads.set(id, upload);
    const refusal = this.append(upload, call.body);
    return refusal ?? created(id, upload.bytes.length);
  }

  private append(upload: Upload, body: ArrayBuffer): Response | null {
    const bytes = new Uint8Array(upload.bytes.length + body.byteLength);
    bytes.set(upload.bytes);
    bytes.set(new Uint8Array(body), upload.bytes.length);
    if (bytes.length > upload.length) return problem(413, "too_large", "内容过大。");
    upload.bytes = bytes;
    if (bytes.length < upload.length) return null;
    if (hashOf(bytes) !== upload.sha256) return problem(422, "evidence_hash_wrong", "照片内容与登记不符。");
    this.blobs.set(upload.sha256, bytes);
    return null;
  }

  private blob(route: string): Response {
    const bytes = this.blobs.get(route.slice("/api/evidence/blobs/".length));
    return bytes === undefined ? problem(404, "not_found", "没有找到。") : new Response(bytes.slice().buffer);
  }
}

async function bodyOf(body: BodyInit | null | undefined): Promise<ArrayBuffer> {
  return new Response(body ?? null).arrayBuffer();
}

function parsed<T>(body: ArrayBuffer): T | null {
  try {
    return JSON.parse(fromUtf8(body)) as T;
  } catch {
    return null;
  }
}

function created(id: string, offset: number): Response {
  return new Response(null, {
    status: 201,
    headers: { Location: `http://bureau/api/evidence/uploads/${id}`, "Upload-Offset": String(offset) },
  });
}

function json(body: unknown): Response {
  return new Response(JSON.stringify(body), { headers: { "Content-Type": "application/json" } });
}

export function problem(
  status: number,
  code: string,
  title: string,
  headers: Record<string, string> = {},
): Response {
  return new Response(JSON.stringify({ code, title, status }), {
    status,
    headers: { "Content-Type": "application/problem+json", ...headers },
  });
}
