/** The lead at his desk, with a good line: signs off, gives back, admits. */
import type { Bureau, WireAnswer } from "./bureau";

export class Lead {
  private cookie = "";
  private csrf = "";

  constructor(
    private readonly bureau: Bureau,
    private readonly password: string,
  ) {}

  signIn(): void {
    this.cookie = "";
    const answer = this.send("POST", "/api/session", { login: "lead", password: this.password });
    this.csrf = (parsed(answer) as { csrf: string }).csrf;
    this.cookie = answer.headers
      .filter(([name]) => name.toLowerCase() === "set-cookie")
      .map(([, value]) => value.split(";")[0])
      .join("; ");
  }

  /** Whatever is allowed just now; a refusal by the rules of review is an answer too. Answers the status. */
  decide(task: string, decision: "return" | "sign-off" | "admit", late: string[]): number {
    this.signIn();
    const bodies = {
      return: { text: "请补充照片", comments: [], signatures: [] },
      "sign-off": { text: "同意" },
      admit: { ids: late, reason: "当日补录" },
    };
    const answer = this.send("POST", `/api/review/inspections/${task}/${decision}`, bodies[decision]);
    if (answer.status >= 500) throw new Error(`the lead met ${answer.status}`);
    return answer.status;
  }

  private send(method: string, path: string, body: unknown): WireAnswer {
    const headers: Record<string, string> = { "Content-Type": "application/json", "X-CSRF-Token": this.csrf };
    if (this.cookie !== "") headers.Cookie = this.cookie;
    return this.bureau.call(
      { method, path, headers, body: new TextEncoder().encode(JSON.stringify(body)) },
      null,
      0,
    );
  }
}

function parsed({ body }: WireAnswer): unknown {
  return JSON.parse(new TextDecoder().decode(body));
}
