/** The real server as a process behind a pipe: one message, one answer. It can be killed at any write. */
import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { createInterface, type Interface } from "node:readline";

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

function python(): string {
  const own = resolve(PROJECT, ".venv/bin/python");
  return existsSync(own) ? own : "python3.11";
}

export class Bureau {
  private process: ChildProcessWithoutNullStreams | null = null;
  private lines: Interface | null = null;
  private waiting: { done: (line: string) => void; died: (error: Error) => void } | null = null;
  private turn: Promise<unknown> = Promise.resolve();
  private complaints = "";
  deaths = 0;

  constructor(
    public folder: string,
    private readonly clock: () => number,
  ) {}

  /** Everything the process has written to its standard error: what a failing seed wants to see. */
  get log(): string {
    return this.complaints.slice(-8000);
  }

  async fresh(folder: string, like: string | null): Promise<void> {
    await this.tell({ op: "fresh", folder, like });
    this.folder = folder;
  }

  async world(tasks: number): Promise<World> {
    return (await this.tell({ op: "world", tasks })) as unknown as World;
  }

  backup(): Promise<Record<string, unknown>> {
    return this.tell({ op: "backup" });
  }

  async restore(): Promise<boolean> {
    return (await this.tell({ op: "restore" })).restored === true;
  }

  async revoke(device: string): Promise<void> {
    await this.tell({ op: "revoke", device });
  }

  async dump(): Promise<Dump> {
    return (await this.tell({ op: "dump" })) as unknown as Dump;
  }

  /** `cut`: bytes after which the phone is gone; `crash`: the write at which the server dies (0: it does not). */
  async call(call: WireCall, cut: number | null, crash: number): Promise<WireAnswer> {
    const { method, path, headers } = call;
    const body = Buffer.from(call.body).toString("base64");
    const answer = await this.tell({ op: "http", method, path, headers, body, cut, crash });
    const bytes = Buffer.from(answer.body as string, "base64");
    return {
      status: answer.status as number,
      headers: answer.headers as [string, string][],
      body: new Uint8Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length)),
    };
  }

  /** Ends the process at once. The next message starts it again in the same folder. */
  kill(): void {
    this.process?.kill("SIGKILL");
  }

  async close(): Promise<void> {
    const ending = this.process;
    if (ending === null) return;
    const gone = new Promise<void>((done) => ending.once("close", () => done()));
    ending.stdin.end();
    await gone;
  }

  private tell(message: Record<string, unknown>): Promise<Record<string, unknown>> {
    const mine = this.turn.then(() => this.exchange(message));
    this.turn = mine.catch(() => undefined);
    return mine;
  }

  private async exchange(message: Record<string, unknown>): Promise<Record<string, unknown>> {
    const process = this.process ?? this.start();
    const answer = new Promise<string>((done, died) => (this.waiting = { done, died }));
    process.stdin.write(JSON.stringify({ now: this.clock(), ...message }) + "\n");
    return JSON.parse(await answer) as Record<string, unknown>;
  }

  private start(): ChildProcessWithoutNullStreams {
    const started = spawn(python(), ["-m", "tests.simulation.bureau", this.folder], { cwd: PROJECT });
    this.process = started;
    this.lines = createInterface({ input: started.stdout });
    this.lines.on("line", (line) => this.waiting?.done(line));
    started.stderr.on("data", (text: Buffer) => (this.complaints += text.toString()));
    started.stdin.on("error", () => undefined);
    started.on("close", () => {
      this.deaths += 1;
      this.process = null;
      this.waiting?.died(new BureauDied("the server died"));
    });
    return started;
  }
}
