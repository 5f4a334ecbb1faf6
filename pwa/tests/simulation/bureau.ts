/**
 * The real server as a process behind two pipes: one message, one answer, and nothing else happens meanwhile, so that
 * a seed repeats everything. It can be killed at any write and is born again at once.
 */
import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { createHash, type Hash } from "node:crypto";
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, readSync, writeSync } from "node:fs";
import { join, resolve } from "node:path";

export interface World {
  people: { login: string; id: string; name: string }[];
  tasks: string[];
  password: string;
}

export interface Dump {
  /** Entry id → status (accepted, held) and code. */
  entries: Record<string, [string, string | null]>;
  /** Hash → are the stored bytes what the hash says? */
  blobs: Record<string, boolean>;
  /** Inspection → canonical JSON of the state the server folds. */
  states: Record<string, string>;
}

export interface WireCall {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: Uint8Array;
}

export interface WireAnswer {
  status: number;
  headers: [string, string][];
  body: Uint8Array<ArrayBuffer>;
}

/** The process ended in the middle of a request, as after kill -9. */
export class BureauDied extends Error {}

/** Elsewhere for a server with a planted bug. */
const PROJECT = process.env.SIMULATE_PROJECT ?? resolve(__dirname, "../../..");
const PIECE = Buffer.alloc(1 << 20);

function python(): string {
  const own = resolve(PROJECT, ".venv/bin/python");
  return existsSync(own) ? own : "python3.11";
}

export class Bureau {
  private readonly child: ChildProcess;
  private readonly to: number;
  private readonly from: number;
  private readonly complaints: string;
  private heard: Hash = createHash("sha256");
  private seed = 0;
  private messages = 0;
  deaths = 0;
  calls = 0;

  constructor(
    folder: string,
    private readonly clock: () => number,
  ) {
    mkdirSync(folder, { recursive: true });
    const [input, output] = [join(folder, "in"), join(folder, "out")];
    execFileSync("mkfifo", [input, output]);
    this.complaints = join(folder, "stderr");
    const stderr = openSync(this.complaints, "w");
    // The shell opens both pipes before Python starts, so that a Python that cannot start is an end, not a wait.
    const words = [`exec "$0" -m tests.simulation.bureau "$1" <"$2" >"$3"`, python(), folder, input, output];
    this.child = spawn("sh", ["-c", ...words], {
      cwd: PROJECT,
      stdio: ["ignore", "ignore", stderr],
      env: { ...process.env, PYTHONHASHSEED: "0" },
    });
    closeSync(stderr);
    this.to = openSync(input, "w");
    this.from = openSync(output, "r");
  }

  /** Everything the process has written to its standard error: what a failing seed wants to see. */
  get log(): string {
    return readFileSync(this.complaints, "utf8").slice(-8000);
  }

  /** A digest of every message and answer so far in this life. */
  get traffic(): string {
    return this.heard.copy().digest("hex").slice(0, 12);
  }

  /** Once, before the first life. */
  prepare(tasks: number): void {
    this.tell({ op: "prepare", tasks });
  }

  /** From now on, this is the prepared bureau. */
  keep(): void {
    this.tell({ op: "keep" });
  }

  /** The prepared bureau again; all that is random in it comes from `seed`. */
  fresh(seed: number): void {
    this.seed = seed;
    this.messages = 0;
    this.tell({ op: "fresh" });
    this.heard = createHash("sha256");
    this.deaths = 0;
    this.calls = 0;
  }

  world(): World {
    return this.tell({ op: "world" }) as unknown as World;
  }

  backup(): void {
    this.tell({ op: "backup" });
  }

  restore(): boolean {
    return this.tell({ op: "restore" }).restored === true;
  }

  revoke(device: string): void {
    this.tell({ op: "revoke", device });
  }

  /** Half-sent uploads are given up. */
  expireUploads(): void {
    this.tell({ op: "expire" });
  }

  dump(): Dump {
    return this.tell({ op: "dump" }) as unknown as Dump;
  }

  /**
   * `cut`: bytes after which the phone is gone; `crash`: the write at which the server dies, `full`: the write to its
   * disk that finds no room (0: none).
   */
  call(call: WireCall, cut: number | null, crash: number, full = 0): WireAnswer {
    const { method, path, headers } = call;
    const body = Buffer.from(call.body).toString("base64");
    this.calls += 1;
    const answer = this.tell({ op: "http", method, path, headers, body, cut, crash, full });
    const bytes = Buffer.from(answer.body as string, "base64");
    return {
      status: answer.status as number,
      headers: answer.headers as [string, string][],
      body: new Uint8Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length)),
    };
  }

  /** Ends the process at once. The next message finds it born again in the same folder. */
  kill(): void {
    try {
      this.tell({ op: "die" });
    } catch (thrown) {
      if (!(thrown instanceof BureauDied)) throw thrown;
    }
  }

  async close(): Promise<void> {
    const gone = new Promise<void>((done) => this.child.once("close", () => done()));
    closeSync(this.to);
    await gone;
    closeSync(this.from);
  }

  private tell(message: Record<string, unknown>): Record<string, unknown> {
    this.messages += 1;
    const chance = this.seed * 1_000_003 + this.messages;
    const said = JSON.stringify({ now: this.clock(), chance, ...message });
    const bytes = Buffer.from(`${said}\n`);
    for (let at = 0; at < bytes.length;) at += writeSync(this.to, bytes, at);
    const line = this.line();
    this.heard.update(said).update(line);
    const answer = JSON.parse(line) as Record<string, unknown>;
    if (answer.died !== true) return answer;
    this.deaths += 1;
    throw new BureauDied("the server died");
  }

  private line(): string {
    const pieces: Buffer[] = [];
    for (;;) {
      const length = readSync(this.from, PIECE);
      if (length === 0) throw new Error(`the bureau is gone: ${this.log}`);
      pieces.push(Buffer.from(PIECE.subarray(0, length)));
      if (PIECE[length - 1] === 0x0a) return Buffer.concat(pieces).toString("utf8");
    }
  }
}
