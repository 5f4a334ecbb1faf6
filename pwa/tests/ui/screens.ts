/** A component on a page of its own, with an inspection and a phone that are only what the story needs. */
import { createApp, h, nextTick, shallowRef } from "vue";
import type { Component } from "vue";
import type { Router } from "vue-router";
import { provideSuicha } from "@/app/container";
import type { Verdict } from "@/core/checklist/types";
import type { Entry } from "@/core/journal/types";
import type { Conflict, InspectionView, Statement, Suicha } from "@/app/ports";
import type { Inspecting } from "@/field/inspection/inspecting";
import { inspectingKey } from "@/field/inspection/inspecting";
import { reviewingKey, type Reviewing } from "@/lead/reviewing";
import { needWords } from "@/locales";

export interface Story {
  page: HTMLElement;
  said: Statement[][];
  drafts: Map<string, string | null>;
  get(testid: string): HTMLElement;
  type(testid: string, text: string): Promise<void>;
  leave(testid: string): Promise<void>;
  tap(testid: string): Promise<void>;
  close(): void;
}

const NOW = Date.parse("2026-11-22T06:05:00.000Z");

function view({ conflicts = [], state, verdicts = {}, sections = [] }: Seen): InspectionView {
  const definition = { sections, catalogues: { lists: {}, laws: [], results: [] } };
  return {
    definition,
    conflicts,
    state: { answers: {}, conflicts: {}, cleared: {}, findings: {}, row_values: {}, evidence: {}, ...state },
    evaluation: { findings: [], rows: {}, missing: [], verdicts },
    people: {},
    erased: {},
    task: { id: "visit", number: "叶公随查〔2026〕第17号", subject: { name: "昆阳宾馆" } },
  } as unknown as InspectionView;
}

/** What stands in the inspection. */
interface Seen {
  conflicts?: Conflict[];
  state?: object;
  verdicts?: Record<string, Verdict>;
  /** Of the checklist. */
  sections?: object[];
}

/** Time passes, promises settle, the page follows. */
export async function settled(): Promise<void> {
  for (let round = 0; round < 5; round += 1) await nextTick();
}

export async function show(
  component: Component,
  props: Record<string, unknown>,
  given: Seen & {
    refuses?: boolean;
    unstated?: Record<string, string>;
    entries?: Entry[];
    router?: Router;
    /** False once the record has been handed in. */
    writable?: boolean;
    /** What the lead's components read. */
    reviewing?: Reviewing;
    /** What of the app is not the usual. */
    suicha?: object;
    /** What of the inspection is not the usual. */
    view?: object;
    /** Where the bytes of a photo come from. */
    evidence?: (sha256: string) => Promise<{ bytes: ArrayBuffer; media_type: string } | null>;
  } = {},
): Promise<Story> {
  await needWords(["field", "lead"]);
  const said: Statement[][] = [];
  const drafts = new Map<string, string | null>();
  const looked = shallowRef<ReadonlySet<string>>(new Set());
  const held = shallowRef({ ...view(given), ...given.view });
  const inspecting = {
    view: held,
    writable: shallowRef(given.writable ?? true),
    lawDate: shallowRef("2026-11-22"),
    writer: shallowRef(null),
    looker: shallowRef("me"),
    unstated: shallowRef(given.unstated ?? {}),
    choosing: shallowRef(null),
    open: {
      view: held,
      saved: shallowRef({ state: "saved", at: null, code: null }),
      saveDraft: async (key: string, text: string | null) => void drafts.set(key, text),
      entry: (id: string) => given.entries?.find((entry) => entry.id === id),
      evidence: given.evidence ?? (async () => null),
      looked,
      look: async (id: string) => void (looked.value = new Set(looked.value).add(id)),
    },
    nameOf: (person: string) => person,
    say: async (statements: Statement[]) => {
      if (!given.refuses) said.push(statements);
      return !given.refuses;
    },
  } as unknown as Inspecting;
  const suicha = {
    clock: { now: () => NOW },
    capture: { tick: () => undefined },
    session: { state: shallowRef({ me: null }) },
    ...given.suicha,
  } as unknown as Suicha;

  const stating = "state" in ((component as { props?: object }).props ?? {});
  const page = document.createElement("div");
  document.body.append(page);
  const app = createApp({
    render: () => h(component, stating ? { state: async () => true, ...props } : props),
  });
  app.provide(inspectingKey, inspecting);
  if (given.reviewing) app.provide(reviewingKey, given.reviewing);
  provideSuicha(app, suicha);
  if (given.router) app.use(given.router);
  app.mount(page);

  const get = (testid: string): HTMLElement => {
    const found = document.querySelector<HTMLElement>(`[data-testid="${testid}"]`);
    if (found === null) throw new Error(`${testid} is not on the page`);
    return found;
  };
  return {
    page,
    said,
    drafts,
    get,
    async type(testid, text) {
      const field = get(testid) as HTMLInputElement;
      field.value = text;
      field.dispatchEvent(new Event("input"));
      await settled();
    },
    async leave(testid) {
      get(testid).dispatchEvent(new Event("blur"));
      await settled();
    },
    async tap(testid) {
      get(testid).click();
      await settled();
    },
    close() {
      app.unmount();
      page.remove();
    },
  };
}
