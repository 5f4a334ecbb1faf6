/** The checklist of one inspection, ready for use; loaded with the first inspection, not with the first screen. */
import {
  combine,
  compileChecklist,
  evaluate,
  record,
  type Checklist,
  type Context,
  type Definition,
  type Evaluation,
  type Narrative,
  type State as ChecklistState,
} from "../core/checklist";
import type { State } from "../core/journal";
import type { Task } from "../api/types";
import { compileCel } from "./cel";

export interface Visit {
  task: Task;
  organ: string;
  /** UTC ms by the server's clock. */
  now: number;
}

export class Evaluator {
  readonly definition: Definition;
  private readonly checklist: Checklist;
  private last: { state: State; context: string; evaluation: Evaluation } | null = null;

  constructor(definitions: Definition[]) {
    this.definition = combine(definitions);
    this.checklist = compileChecklist(this.definition, compileCel);
  }

  /** Judged once for the same statements about the same task on the same day: most exchanges bring nothing new. */
  evaluate(state: State, visit: Visit): Evaluation {
    const context = contextOf(state, visit, null);
    const told = JSON.stringify(context);
    if (this.last?.state !== state || this.last.context !== told) {
      this.last = { state, context: told, evaluation: evaluate(this.checklist, readable(state), context) };
    }
    return this.last.evaluation;
  }

  record(state: State, visit: Visit, at: string | null): Narrative {
    return record(this.checklist, readable(state), contextOf(state, visit, at));
  }
}

/** What the checklist may know of task and visit; the server makes the same of the same task. */
export function contextOf(state: State, { task, organ, now }: Visit, recordAt: string | null): Context {
  return {
    visit_started_at: state.presence.started_at,
    today: new Date(now + 8 * 3_600_000).toISOString().slice(0, 10),
    subject: { ...task.subject } as unknown as Context["subject"],
    visit_number: task.visit_number,
    visit_cap: task.visit_cap,
    inspection: { id: task.id, number: task.number },
    // Each phone gets its owner's card first; the record is one text on all of them.
    inspectors: [...task.inspectors]
      .sort((one, other) => one.slot - other.slot)
      .map(({ name, badge_no, cert_no }) => ({ name, badge_no, cert_no })),
    organ,
    approval: task.approval,
    window: task.window,
    notice: task.notice,
    source: task.source,
    record_at: recordAt,
  };
}

/** The engine reads a part of the folded state and changes nothing in it. */
function readable(state: State): ChecklistState {
  return state as unknown as ChecklistState;
}
