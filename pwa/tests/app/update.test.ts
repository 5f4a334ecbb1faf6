/** A new version as a page lives through it: offered, taken over, late, and never in the middle of an inspection. */
import { beforeEach, describe, expect, it, vi } from "vitest";
import type * as Updates from "@/app/update";

class Worker {
  readonly heard: unknown[] = [];
  postMessage(word: unknown): void {
    this.heard.push(word);
  }
}

const waiting = new Worker();
let container: EventTarget & { controller: Worker | null; register: () => Promise<unknown> };
let reloads: number;
let update: typeof Updates;

beforeEach(async () => {
  vi.resetModules();
  vi.useFakeTimers();
  vi.stubEnv("PROD", true);
  waiting.heard.length = 0;
  reloads = 0;
  const registration = Object.assign(new EventTarget(), { waiting, update: async () => undefined });
  container = Object.assign(new EventTarget(), {
    controller: new Worker() as Worker | null,
    register: async () => registration,
  });
  vi.stubGlobal("navigator", { serviceWorker: container });
  vi.stubGlobal("location", { reload: () => (reloads += 1) });
  update = await import("@/app/update");
  return () => {
    vi.useRealTimers();
    vi.unstubAllEnvs();
    vi.unstubAllGlobals();
  };
});

function changed(): void {
  container.dispatchEvent(new Event("controllerchange"));
}

/** What the page says when the new worker asks. */
function asked(): unknown {
  const answers: unknown[] = [];
  const question = new MessageEvent("message", { data: { type: "busy?" } });
  Object.defineProperty(question, "ports", {
    value: [{ postMessage: (word: unknown) => answers.push(word) }],
  });
  container.dispatchEvent(question);
  return answers[0];
}

describe("a new version", () => {
  it("is offered, taken when the person says so, and loaded once", async () => {
    await update.startUpdates();
    expect(update.updateState.value).toBe("ready");
    update.takeUpdate();
    expect(waiting.heard).toEqual([{ type: "take-over" }]);
    changed();
    changed();
    expect(reloads).toBe(1);
  });

  it("is asked for again while the old one ends its work, and offered again when that lasts", async () => {
    await update.startUpdates();
    update.takeUpdate();
    vi.advanceTimersByTime(6_000);
    expect(waiting.heard).toHaveLength(3);
    vi.advanceTimersByTime(60_000);
    expect(update.updateState.value).toBe("ready");
    expect(waiting.heard).toHaveLength(10);
    expect(reloads).toBe(0);
  });

  it("is not asked for any more once a tab with an inspection has said no", async () => {
    await update.startUpdates();
    update.takeUpdate();
    container.dispatchEvent(new MessageEvent("message", { data: { type: "busy" } }));
    vi.advanceTimersByTime(60_000);
    expect(waiting.heard).toHaveLength(1);
    expect(update.updateState.value).toBe("busy");
  });

  it("waits for an open inspection", async () => {
    await update.startUpdates();
    const release = update.holdUpdates();
    expect(asked()).toEqual({ busy: true });
    release();
    release();
    expect(asked()).toEqual({ busy: false });
  });

  it("that takes over late does not interrupt the inspection opened meanwhile", async () => {
    await update.startUpdates();
    update.takeUpdate();
    const release = update.holdUpdates();
    changed();
    expect(reloads).toBe(0);
    release();
    expect(reloads).toBe(0);
    expect(update.updateState.value).toBe("ready");
    expect(asked()).toEqual({ busy: true });
    update.takeUpdate();
    expect(reloads).toBe(1);
  });

  it("the first one claims its page without loading it anew; the second one does", async () => {
    container.controller = null;
    await update.startUpdates();
    changed();
    expect(reloads).toBe(0);
    changed();
    expect(reloads).toBe(1);
  });
});
