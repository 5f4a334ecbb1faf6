// @vitest-environment happy-dom
/** What the sync page offers with a thing that the server did not take in: only what helps. */
import { afterEach, describe, expect, it } from "vitest";
import { shallowRef } from "vue";
import { createMemoryHistory, createRouter } from "vue-router";
import { Refusal } from "../../src/vault/refusal";
import type { SyncItem } from "@/app/ports";
import App from "@/app/App.vue";
import SyncPage from "@/field/sync/SyncPage.vue";
import { toasts } from "@/ui/toast";
import SyncItemRow from "@/field/sync/SyncItemRow.vue";
import { helpFor } from "@/field/sync/helping";
import { show, type Story } from "./screens";

let story: Story | undefined;
/** The words of the last row that was shown. */
let said = "";
afterEach(() => {
  story?.close();
  story = undefined;
});

async function row(code: string | null, more: Partial<SyncItem> = {}): Promise<string[]> {
  const item = {
    ...{ id: "a", inspection: "visit", subjectName: "", what: "entry", kind: "answer", path: "HT101" },
    ...{ state: "refused", reason: code === null ? null : { code, sentence: null }, percent: 0, bytes: 0 },
    ...{ attempts: 1, nextTry: null, at: "2026-11-22T06:01:00.000Z" },
    ...more,
  };
  const routes = [{ path: "/visit/:id", name: "inspection", component: {} }];
  const router = createRouter({ history: createMemoryHistory(), routes });
  await router.push("/visit/here");
  story = await show(SyncItemRow, { item, why: "now" }, { router });
  const seen = [...story.page.querySelectorAll<HTMLElement>("[data-testid]")];
  said = story.page.textContent!;
  story.close();
  const found = seen.map((one) => one.dataset.testid!).filter((id) => !id.startsWith("sync-item"));
  story = undefined;
  return found;
}

it("that could not be offered again says why", async () => {
  const item = {
    ...{
      id: "a",
      inspection: "visit",
      subjectName: "昆阳春天宾馆",
      what: "entry",
      kind: "answer",
      path: "HT101",
    },
    ...{
      state: "refused",
      reason: null,
      percent: 0,
      bytes: 0,
      at: "2026-11-22T06:01:00.000Z",
      nextTry: null,
    },
  };
  const status = { items: [item], waiting: { entries: 0, photos: 0, refused: 1, held: 0, bytes: 0 } };
  const suicha = {
    sync: {
      status: shallowRef({
        ...status,
        network: "online",
        lastSync: null,
        nextTry: null,
        skewMs: null,
        percent: null,
      }),
      retry: () => Promise.reject(new Refusal("storage_lost")),
    },
    work: { titles: async () => ({}) },
    session: { state: shallowRef({ me: null, notices: [] }), othersUnsent: async () => 0 },
    storage: { state: shallowRef({ warnings: [] }) },
  };
  const router = createRouter({
    history: createMemoryHistory(),
    routes: [
      { path: "/sync", component: SyncPage },
      { path: "/office/files", component: {} },
    ],
  });
  await router.push("/sync");
  story = await show(App, {}, { router, suicha });
  await story.tap("sync-retry");
  expect(toasts.value).toMatchObject([{ tone: "fail", text: expect.stringContaining("存储") }]);
});

describe("a thing that was not taken in", () => {
  it("is offered again where it may pass now", async () => {
    for (const code of ["device_unknown", "inspection_unknown"]) expect(helpFor(code)).toBe("retry");
    expect(await row("inspection_unknown")).toEqual(["sync-retry"]);
  });

  it("of a revoked phone is not offered again, and nobody will decide on it: the server's sentence says what to do", async () => {
    expect(await row("device_revoked", { state: "held" })).toEqual([]);
  });

  it("that came late lies at the server, and the lead decides", async () => {
    expect(await row("late", { state: "held" })).toEqual(["sync-help"]);
  });

  it("that will be refused the same way every time names who can help", async () => {
    expect(helpFor("value_wrong")).toBe("office");
    expect(helpFor("not_your_inspection")).toBe("office");
    expect(await row("signature_wrong", { state: "held" })).toEqual(["sync-help"]);
  });

  it("that is too large for the server goes by no other road either", async () => {
    expect(await row("upload_too_large", { what: "photo" })).toEqual(["sync-help"]);
    expect(helpFor("entry_too_large")).toBe("office");
  });

  it("that is gone from the phone is made again: a photo taken, an answer filled in", async () => {
    expect(await row("missing_here", { what: "photo" })).toEqual(["sync-again"]);
    expect(said).toContain("去补拍");
    expect(await row("missing_here")).toEqual(["sync-again"]);
    expect(said).toContain("去重填");
  });

  it("is a bar only where there is something to measure", async () => {
    const bars = async (bytes: number): Promise<number> => {
      const item = { id: "a", inspection: "visit", what: "entry", kind: "answer", path: "", reason: null };
      const sending = { ...item, state: "sending", percent: 0, bytes, at: "2026-11-22T06:01:00.000Z" };
      story = await show(SyncItemRow, { item: sending, why: "now" });
      const found = story.page.querySelectorAll("[role=progressbar]").length;
      story.close();
      story = undefined;
      return found;
    };
    expect(await bars(0)).toBe(0);
    expect(await bars(700)).toBe(1);
  });
});
