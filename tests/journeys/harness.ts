/**
 * The phone against an invented bureau: the built app in a real browser, the server's own checklists, the phone
 * tests' server behind them. Two visits are assigned at once, so that a journey can look at the checklist alone.
 */
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { createServer } from "node:net";
import { resolve } from "node:path";

const PWA = resolve(__dirname, "../../pwa");
const PYTHON = resolve(__dirname, "../../.venv/bin/python");
export const INSPECTOR = { login: "lijianguo", password: "demo-2026" };
export const HOTEL = "01930000-0000-7000-8000-0000000000b1";
export const PRECURSORS = "01930000-0000-7000-8000-0000000000b3";

export class Harness {
  private constructor(
    readonly address: string,
    private readonly process: ChildProcess,
  ) {}

  /** Starts it; resolves when it answers. */
  static async begin(): Promise<Harness> {
    const port = await freePort();
    const words = ["tests/ui/harness/serve.mjs", String(port), "built"];
    const env = { ...process.env, PYTHON };
    const child = spawn(process.execPath, words, {
      cwd: PWA,
      env,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let said = "";
    child.stderr.on("data", (piece: Buffer) => (said += piece.toString()));
    await new Promise<void>((ready, failed) => {
      child.stdout.on("data", (piece: Buffer) => piece.toString().includes("http://") && ready());
      child.once("exit", () => failed(new Error(`the invented bureau did not start:\n${said}`)));
    });
    return new Harness(`http://127.0.0.1:${port}`, child);
  }

  async end(): Promise<void> {
    const gone = new Promise((done) => this.process.once("exit", done));
    this.process.kill("SIGTERM");
    await gone;
  }
}

async function freePort(): Promise<number> {
  return await new Promise((done, failed) => {
    const probe = createServer();
    probe.once("error", failed);
    probe.listen(0, "127.0.0.1", () => {
      const bound = probe.address();
      probe.close(() => (bound !== null && typeof bound === "object" ? done(bound.port) : failed()));
    });
  });
}
