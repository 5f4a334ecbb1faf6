/** The real server under the journeys: gunicorn and the worker, each journey with an instance folder of its own. */
import { spawn, spawnSync } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { request as httpRequest } from "node:http";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";

export const ROOT = resolve(__dirname, "../..");
const PYTHON = join(ROOT, ".venv", "bin", "python");
const START_MS = 60_000;
const TEMPLATE = "SUICHA_JOURNEY_TEMPLATE";

/** Where journeys begin: with the demo bureau, or with the same on the day after its draw, tasks dispatched. */
const template = (): string => process.env[TEMPLATE] ?? "";
const drawn = (): string => `${template()}-drawn`;

interface Running {
  process: ChildProcess;
  ended: Promise<void>;
}

/**
 * Makes the instance with the demo bureau that every journey of this run starts from; answers with what removes it.
 * Its folder is handed to the journeys' processes in the environment.
 */
export function makeTemplate(): () => void {
  process.env[TEMPLATE] = mkdtempSync(join(tmpdir(), "suicha-template-"));
  const flask = ["-m", "flask", "--app", "wsgi"];
  run([...flask, "db", "upgrade"], environment(template()));
  run([...flask, "demo", "load"], environment(template()));
  return () => [template(), drawn()].forEach((made) => rmSync(made, { recursive: true, force: true }));
}

/** Runs Python in this checkout to its end. Throws with its output when it fails. */
export function run(words: string[], env: NodeJS.ProcessEnv): string {
  const done = spawnSync(PYTHON, words, { cwd: ROOT, env, encoding: "utf8" });
  if (done.status !== 0) throw new Error(`python ${words.join(" ")} failed:\n${done.stdout}${done.stderr}`);
  return done.stdout;
}

export class Server {
  private running: Running[] = [];

  private constructor(
    readonly instance: string,
    readonly port: number,
    private readonly settings: NodeJS.ProcessEnv,
  ) {}

  /** A server on a free port with the demo bureau, started. `settings` are more SUICHA_* variables. */
  static async begin(settings: NodeJS.ProcessEnv = {}): Promise<Server> {
    return await Server.over(template(), settings);
  }

  /** The same after the draw of draw.setup.ts: the tasks are dispatched. */
  static async afterDraw(settings: NodeJS.ProcessEnv = {}): Promise<Server> {
    return await Server.over(drawn(), settings);
  }

  /** What is here now is what `afterDraw` begins with. */
  async keepAsDrawn(): Promise<void> {
    await this.stop();
    cpSync(this.instance, drawn(), { recursive: true });
  }

  private static async over(begun: string, settings: NodeJS.ProcessEnv): Promise<Server> {
    const instance = mkdtempSync(join(tmpdir(), "suicha-journey-"));
    cpSync(begun, instance, { recursive: true });
    const server = new Server(instance, await freePort(), settings);
    await server.start();
    return server;
  }

  get address(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Starts (again) on the same port and resolves when it answers. */
  async start(): Promise<void> {
    const gunicorn = ["-m", "gunicorn", "--config", "python:server.platform.gunicorn_settings", "wsgi:app"];
    const worker = ["-m", "huey.bin.huey_consumer", "server.worker.huey", "--workers", "1", "--quiet"];
    this.running = [this.spawn("web", gunicorn), this.spawn("worker", worker)];
    await this.answers();
  }

  /** Ends it as an administrator would; resolves when all is gone. */
  async stop(): Promise<void> {
    await this.signal("SIGTERM");
  }

  /** Ends it as a power cut would. */
  async kill(): Promise<void> {
    await this.signal("SIGKILL");
  }

  /** Ends it and removes its instance. */
  async end(): Promise<void> {
    await this.stop();
    rmSync(this.instance, { recursive: true, force: true });
  }

  /** Runs a command of the product against this instance, e.g. `flask(["bureau", "import", …])`. */
  flask(words: string[]): string {
    return run(["-m", "flask", "--app", "wsgi", ...words], this.environment());
  }

  /** What server and worker have written, for a failed journey. */
  log(): string {
    return ["web", "worker"]
      .map((name) => readFileSync(join(this.instance, `${name}.log`), "utf8"))
      .join("\n");
  }

  private environment(): NodeJS.ProcessEnv {
    const own = {
      PORT: String(this.port),
      HOST: "127.0.0.1",
      WEB_CONCURRENCY: "1",
      ...this.settings,
    };
    return { ...environment(this.instance), ...own };
  }

  private spawn(name: string, words: string[]): Running {
    const log = openSync(join(this.instance, `${name}.log`), "a");
    const stdio: ["ignore", number, number] = ["ignore", log, log];
    // A process group of its own, so that a kill reaches gunicorn's workers too.
    const child = spawn(PYTHON, words, {
      cwd: ROOT,
      env: this.environment(),
      stdio,
      detached: true,
    });
    return {
      process: child,
      ended: new Promise((resolve) => child.once("exit", () => resolve())),
    };
  }

  private async signal(name: "SIGTERM" | "SIGKILL"): Promise<void> {
    for (const { process: child } of this.running) {
      if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) continue;
      process.kill(-child.pid, name);
    }
    await Promise.all(this.running.map(({ ended }) => ended));
    this.running = [];
  }

  private async answers(): Promise<void> {
    const deadline = Date.now() + START_MS;
    while (!(await isAnswering(this.port))) {
      const dead = this.running.some(({ process: child }) => child.exitCode !== null);
      if (dead || Date.now() > deadline) throw new Error(`the server does not answer:\n${this.log()}`);
    }
  }
}

function environment(instance: string): NodeJS.ProcessEnv {
  const path = [join(ROOT, ".venv", "bin"), process.env.PATH].join(delimiter);
  return {
    ...process.env,
    PATH: path,
    PYTHONPATH: ROOT,
    SUICHA_INSTANCE: instance,
    SUICHA_DEMO: "1",
  };
}

async function freePort(): Promise<number> {
  return await new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const bound = probe.address();
      probe.close(() =>
        bound && typeof bound === "object" ? resolve(bound.port) : reject(new Error("no port")),
      );
    });
  });
}

/** One question, with a pause built in: a refused connection is answered after 100 ms. */
async function isAnswering(port: number): Promise<boolean> {
  return await new Promise((resolve) => {
    const later = () => setTimeout(() => resolve(false), 100);
    const question = httpRequest(
      { host: "127.0.0.1", port, path: "/api/session", timeout: 10_000 },
      (answer) => {
        answer.resume();
        if (answer.statusCode === 200) resolve(true);
        else later();
      },
    );
    question.once("error", later);
    question.once("timeout", () => question.destroy());
    question.end();
  });
}

/** True when the phone app was built; `make test` does it. */
export function isBuilt(): boolean {
  return existsSync(join(ROOT, "pwa", "dist", "index.html"));
}
