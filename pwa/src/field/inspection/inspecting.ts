/**
 * The one inspection that is open: what its screens read, and how they say something. Every statement is
 * committed before it is shown as saved; a refusal is told in words and changes nothing on the screen.
 */
import { computed, inject, shallowRef } from "vue";
import type { ComputedRef, InjectionKey, ShallowRef } from "vue";
import type { Item, RowResult, Section } from "@/core/checklist/types";
import { SERVER, type FindingValue } from "@/core/journal/types";
import { useSuicha } from "@/app/container";
import type { OpenInspection, Statement, View, InspectionView, Writer } from "@/app/ports";
import { useWords } from "@/locales";
import { chinaDate } from "@/ui/format";
import { useRefusals } from "@/ui/refusal";
import { steady } from "@/ui/steady";
import { stating } from "./stating";

export interface Inspecting {
  readonly open: OpenInspection;
  readonly view: View<InspectionView>;
  /** Sections with at least one visible item, opening first. */
  readonly sections: ComputedRef<readonly Section[]>;
  readonly visible: ComputedRef<ReadonlySet<string>>;
  /** False once submitted or signed off, or when the engine says so. */
  readonly writable: ComputedRef<boolean>;
  /** Date that decides which law and which catalogue entries hold. */
  readonly lawDate: ComputedRef<string>;
  /** In whose name the next statement is made, when a colleague has unlocked on this phone. */
  readonly writer: ShallowRef<Writer | null>;
  /** Who looks at the screen: the one who writes now. */
  readonly looker: ComputedRef<string | undefined>;
  /** Typed before the app was killed and not stated yet, by the key of its draft. */
  readonly unstated: ShallowRef<Record<string, string>>;
  /** The settled difference (its key) that is being chosen anew. */
  readonly choosing: ShallowRef<string | null>;
  /** Makes statements; false when refused (the reason was told). */
  say(statements: Statement[]): Promise<boolean>;
  /**
   * Answers. With `words` the toast says so and offers to say again what was said before; without it (typed answers)
   * only where a colleague's answer gave way.
   */
  answer(path: string, value: unknown, words?: string): Promise<boolean>;
  /** Says what was found at a failed item; told where a colleague's words gave way. */
  find(path: string, value: FindingValue | null): Promise<boolean>;
  /** Answers a cell; a row of the system that nobody has touched yet is stated first. `words` as in `answer`. */
  answerCell(item: Item, row: RowResult, column: string, value: unknown, words?: string): Promise<boolean>;
  /** The name behind a statement; what the server recorded for a lead whom this phone does not know says so. */
  nameOf(person: string, device?: string): string;
}

export const inspectingKey: InjectionKey<Inspecting> = Symbol("inspecting");

export function useInspecting(): Inspecting {
  const inspecting = inject(inspectingKey);
  if (inspecting === undefined) throw new Error("no inspection is open here");
  return inspecting;
}

/** The row entry that a system row needs before its first cell; nothing when it is there already. */
function rowStatement(view: InspectionView, item: Item, row: RowResult): Statement[] {
  const path = `${item.code}/${row.id}`;
  if (view.state.row_values[path] !== undefined || `row:${path}` in view.state.conflicts) return [];
  const order = view.evaluation.rows[item.code]?.findIndex((one) => one.id === row.id) ?? 0;
  return [{ kind: "row", path, value: { order: Math.max(0, order), source: row.source, key: row.key } }];
}

export function createInspecting(open: OpenInspection): Inspecting {
  const { capture, clock, session } = useSuicha();
  const speech = useWords();
  const { t } = speech;
  const { tell } = useRefusals();
  const view = open.view;
  const writer = shallowRef<Writer | null>(null);
  const unstated = shallowRef<Record<string, string>>({});
  const choosing = shallowRef<string | null>(null);
  const looker = computed(() => writer.value?.person ?? session.state.value.me?.person.id);
  const visible = computed(() => new Set(view.value.evaluation.visible));
  const writable = computed(
    () => view.value.writable && ["open", "returned"].includes(view.value.state.phase),
  );

  async function say(statements: Statement[]): Promise<boolean> {
    try {
      await open.appendAll(statements, writer.value ? { as: writer.value.person } : undefined);
      capture.tick();
      return true;
    } catch (error) {
      tell(error);
      return false;
    }
  }

  const nameOf = (person: string, device?: string): string =>
    view.value.people[person] ?? t(device === SERVER ? "role.lead" : "common.unknown_person");

  const stated = stating({ open, view, looker, nameOf, say, speech });

  return {
    open,
    view,
    visible,
    writable,
    writer,
    looker,
    unstated,
    choosing,
    say,
    answer: (path, value, words) => stated([{ kind: "answer", path, value }], "answer", words),
    find: (path, value) => stated([{ kind: "finding", path, value }], "finding"),
    sections: steady(() =>
      view.value.definition.sections.filter((section) =>
        section.items.some((item) => visible.value.has(item.code)),
      ),
    ),
    lawDate: computed(() => {
      const started = view.value.state.presence.started_at;
      return chinaDate(started === null ? clock.now() : Date.parse(started));
    }),
    answerCell(item, row, column, value, words) {
      const path = `${item.code}/${row.id}/${column}`;
      const statements: Statement[] = [
        ...rowStatement(view.value, item, row),
        { kind: "answer", path, value },
      ];
      return stated(statements, "answer", words);
    },
    nameOf,
  };
}
