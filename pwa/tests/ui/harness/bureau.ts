/**
 * A bureau for looking at the screens by hand: the phone tests' server with demo accounts, the real checklists,
 * four tasks in different states and the lead's review. Test code only; see serve.mjs.
 */
import { Evaluator } from "../../../src/app/evaluation";
import { digest } from "../../../src/core/canonical";
import type { Definition } from "../../../src/core/checklist/types";
import { cover, fold } from "../../../src/core/journal";
import type { Entry } from "../../../src/core/journal";
import type { Person, Task } from "../../../src/api/types";
import { FakeServer, problem } from "../../phone/server";
import { LI, taskOf, WANG } from "../../phone/people";

const LEAD: Person = {
  ...LI,
  id: "01930000-0000-7000-8000-000000000003",
  name: "周立",
  login: "zhouli",
  badge_no: "041001",
  roles: ["lead"],
};
const PASSWORD = "demo-2026";
const ACCOUNTS = [
  { person: LI, role_text: "检查人员" },
  { person: WANG, role_text: "检查人员" },
  { person: LEAD, role_text: "大队负责人" },
];

function dayFrom(now: number, days: number): string {
  return new Date(now + 8 * 3_600_000 + days * 86_400_000).toISOString().slice(0, 10);
}

export class Bureau {
  readonly server = new FakeServer({ now: () => Date.now() } as ConstructorParameters<typeof FakeServer>[0]);
  private readonly sessions = new Map<string, Person>();
  private readonly definitions = new Map<string, Definition>();
  private queue: Promise<unknown> = Promise.resolve();

  constructor(definitions: Definition[]) {
    for (const definition of definitions) this.definitions.set(digest(definition), definition);
    for (const { person } of ACCOUNTS) this.server.employ(person, PASSWORD);
    this.assignAll();
  }

  /** One call after the other: the phone tests' server knows one person at a time. */
  call(session: string, url: string, init: RequestInit): Promise<Response> {
    const answer = this.queue.then(() => this.answer(session, url, init));
    this.queue = answer.catch(() => undefined);
    return answer;
  }

  private async answer(session: string, url: string, init: RequestInit): Promise<Response> {
    const person = this.sessions.get(session);
    if (person) this.server.signIn(person);
    else this.server.endSession();
    const [path = ""] = url.split("?");
    if (path.startsWith("/api/review/")) return this.review(path, init, person ?? null);
    if (path.endsWith("/preview")) return this.server.fetch(path.replace("/preview", ""), init);
    const response = await this.server.fetch(url, init);
    if (path === "/api/session") return this.session(session, init, response);
    return path === "/api/sync/pull" ? this.pull(response) : response;
  }

  private async session(session: string, init: RequestInit, response: Response): Promise<Response> {
    if (!response.ok || init.method === "DELETE") {
      if (init.method === "DELETE") this.sessions.delete(session);
      return response;
    }
    const body = (await response.json()) as { person: Person | null };
    if (body.person) this.sessions.set(session, body.person);
    const accounts = ACCOUNTS.map(({ person, role_text }) => ({
      login: person.login,
      password: PASSWORD,
      name: person.name,
      role_text,
    }));
    return Response.json({ ...body, demo: { accounts } });
  }

  private async pull(response: Response): Promise<Response> {
    const body = (await response.json()) as object;
    const checklists = [...this.definitions].map(([hash, definition]) => ({ hash, body: definition }));
    return Response.json({ ...body, checklists });
  }

  private assignAll(): void {
    const now = Date.now();
    const [hotel, precursor = hotel] = [...this.definitions.keys()];
    const task = (n: number, change: Partial<Task>, from: number, to: number): void => {
      const id = `01930000-0000-7000-8000-0000000000b${n}`;
      const window = { from: dayFrom(now, from), to: dayFrom(now, to) };
      this.server.tasks.set(id, {
        ...taskOf(id),
        checklists: [hotel!],
        window,
        number: `叶公随查〔2026〕${16 + n}号`,
        ...change,
      });
    };
    const subject = taskOf().subject;
    task(
      1,
      { bring: ["执法证、人民警察证", "行政检查通知书", "执法记录仪（电量、存储）", "便携式身份证阅读器"] },
      -2,
      0,
    );
    task(
      2,
      {
        subject: {
          ...subject,
          name: "叶县盐都快捷酒店（昆阳大道店）",
          address: "叶县昆阳大道与文化路交叉口向东一百二十米路北",
          lat: "33.63100",
        },
      },
      -12,
      -2,
    );
    task(
      3,
      {
        joint: true,
        checklists: [precursor!],
        subject: {
          ...subject,
          name: "平顶山神马化工助剂有限公司",
          trade: "precursor",
          address: "叶县廉村镇工业园区3号",
          size: "盐酸、硫酸、丙酮",
        },
      },
      -1,
      6,
    );
    task(4, { subject: { ...subject, name: "望城招待所", address: "叶县仙台镇南街7号" } }, 9, 20);
  }

  private read(id: string): { entries: Entry[]; task: Task; definitions: Definition[] } | null {
    const task = this.server.tasks.get(id);
    if (!task) return null;
    const entries = [...this.server.entries.values()].filter((entry) => entry.inspection === id);
    return {
      entries,
      task,
      definitions: task.checklists.flatMap((hash) => this.definitions.get(hash) ?? []),
    };
  }

  private whole(id: string): object | null {
    const found = this.read(id);
    if (!found) return null;
    const { entries, task, definitions } = found;
    const state = fold(entries, id);
    const evaluation = new Evaluator(definitions).evaluate(state, {
      task,
      organ: "叶县公安局",
      now: Date.now(),
    });
    const people = Object.fromEntries(ACCOUNTS.map(({ person }) => [person.id, person.name]));
    const devices = [...this.server.devices.values()].map((one) => ({
      id: one.id,
      person_id: one.person.id,
      person_name: one.person.name,
      public_key: one.public_key,
    }));
    return {
      task,
      definitions,
      entries,
      state,
      evaluation,
      people,
      devices,
      outstanding: [],
      restricted: [],
      feed: entries.length,
      may_decide: true,
    };
  }

  private row(id: string): object {
    const { entries, task } = this.read(id)!;
    const state = fold(entries, id);
    const submitted = entries.find((entry) => entry.kind === "submit")?.at ?? null;
    return {
      id,
      number: task.number,
      subject_name: task.subject.name,
      trade: task.subject.trade,
      phase: entries.length ? state.phase : "not_started",
      round: state.round,
      submitted_at: submitted,
      due_on: task.window.to,
      inspectors: task.inspectors.map((one) => one.name),
      outstanding: 0,
      conflicts: Object.keys(state.conflicts).length,
      late: state.late.length,
      unit: "治安管理大队",
      may_decide: true,
    };
  }

  private async review(path: string, init: RequestInit, person: Person | null): Promise<Response> {
    if (!person) return problem(401, "signed_out", "登录已过期，请重新登录。");
    if (path === "/api/review/queue")
      return Response.json([...this.server.tasks.keys()].map((id) => this.row(id)));
    const [, id = "", act] = /^\/api\/review\/inspections\/([^/]+)(?:\/(.*))?$/.exec(path) ?? [];
    const body = init.body ? (JSON.parse(await new Response(init.body).text()) as Record<string, never>) : {};
    await this.close(id);
    if (act === "return") {
      const { text, comments, signatures } = body as unknown as {
        text: string;
        comments: { path: string; text: string }[];
        signatures: string[];
      };
      for (const one of comments) await this.server.says(id, "comment", { text: one.text }, one.path);
      const { round } = fold(this.read(id)!.entries, id);
      await this.server.says(id, "return", { round: round + 1, text, signatures });
    }
    if (act === "admit") await this.server.says(id, "admit", { ids: body.ids!, reason: body.reason! });
    const whole = this.whole(id);
    return whole ? Response.json(whole) : problem(404, "not_found", "没有找到。");
  }

  /** A submitted round is received once. */
  private async close(id: string): Promise<void> {
    const entries = this.read(id)?.entries ?? [];
    const state = fold(entries, id);
    if (state.phase !== "submitted" || state.closed) return;
    await this.server.says(id, "received", {
      round: state.round,
      ...cover(entries),
    } as unknown as Entry["value"]);
  }
}
