// @vitest-environment happy-dom
/** What the phone says after the server was put back to an older state: first that it works, then that it is done. */
import { afterEach, expect, it } from "vitest";
import { shallowRef } from "vue";
import { createMemoryHistory, createRouter } from "vue-router";
import type { SyncStatus } from "@/app/ports";
import Warnings from "@/app/Warnings.vue";
import { QUIET } from "@/sync/quiet";
import { settled, show, type Story } from "./screens";

let story: Story | undefined;
afterEach(() => {
  story?.close();
  story = undefined;
});

it("says that all is offered anew until it has been, and then that nothing is missing", async () => {
  const status = shallowRef<SyncStatus>({
    ...QUIET,
    network: "online",
    lastSync: "2026-11-22T06:00:00.000Z",
  });
  const notices = [{ code: "epoch_changed", params: { offered: 5 }, at: "2026-11-22T06:05:00.000Z" }];
  const dismissed: string[] = [];
  const suicha = {
    sync: { status },
    storage: { state: shallowRef({ warnings: [] }) },
    session: {
      state: shallowRef({ notices, me: null }),
      othersUnsent: async () => 0,
      dismiss: async (code: string) => void dismissed.push(code),
    },
  };
  const routes = [{ path: "/sync", name: "sync", component: {} }];
  const router = createRouter({ history: createMemoryHistory(), routes });
  await router.push("/sync");
  story = await show(Warnings, {}, { router, suicha });
  const words = (): string => story!.get("notice-epoch_changed").textContent!;
  expect(words(), "before the round has ended, whatever is counted").toContain("请保持打开");

  const after = { ...status.value, lastSync: "2026-11-22T06:05:09.000Z" };
  status.value = { ...after, waiting: { ...QUIET.waiting, entries: 2 } };
  await settled();
  expect(words()).toContain("请保持打开");

  status.value = { ...after, waiting: { ...QUIET.waiting, held: 1 } };
  await settled();
  expect(words()).toContain("1 项服务器没有收入笔录");

  status.value = after;
  await settled();
  expect(words()).toContain("已全部重新核对，无遗漏");
  expect(words()).not.toContain("请保持打开");
  story.page.querySelector("button")!.click();
  expect(dismissed).toEqual(["epoch_changed"]);
});
