// @vitest-environment happy-dom
/** A phone that the office has revoked says so wherever something is written, and leads to what was not taken in. */
import { afterEach, expect, it } from "vitest";
import { defineComponent, h, shallowRef } from "vue";
import { createMemoryHistory, createRouter, type Router } from "vue-router";
import { useStateWords } from "@/app/state-words";
import BottomBar from "@/field/inspection/BottomBar.vue";
import RevokedNotice from "@/field/inspection/RevokedNotice.vue";
import { QUIET } from "@/sync/quiet";
import StateLine from "@/ui/StateLine.vue";
import { settled, show, type Story } from "./screens";

let story: Story | undefined;
afterEach(() => {
  story?.close();
  story = undefined;
});

const status = shallowRef({ ...QUIET, network: "online", waiting: { ...QUIET.waiting, held: 3 } });
const state = shallowRef({ revoked: true, areas: ["field"] });
const suicha = { session: { state }, sync: { status } };

async function router(): Promise<Router> {
  const page = { render: () => h("p") };
  const made = createRouter({
    history: createMemoryHistory(),
    routes: [
      { path: "/", component: page },
      { path: "/sync", component: page },
      { path: "/summary", name: "summary", component: page },
    ],
  });
  await made.push("/");
  return made;
}

it("says in plain words that what is written now comes into no record", async () => {
  story = await show(RevokedNotice, {}, { suicha, router: await router() });
  const notice = story.get("device-revoked");
  expect(notice.getAttribute("role")).toBe("alert");
  expect(notice.textContent).toContain("本机已停用：继续填写的内容不会并入笔录，请联系局办公室");
  state.value = { ...state.value, revoked: false };
  await settled();
  expect(story.page.textContent).toBe("");
});

it("leads from the line on top to what was not taken in", async () => {
  const ways = await router();
  const Top = defineComponent(() => {
    const words = useStateWords();
    return () => h(StateLine, { words: words.value, label: "状态" });
  });
  story = await show(Top, {}, { suicha, router: ways });
  const way = story.get("state-waiting");
  expect([way.tagName, way.textContent]).toEqual(["A", "3 项需处理"]);
  expect(story.get("state-network").tagName, "what needs nothing is no way").toBe("SPAN");
  await story.tap("state-waiting");
  await expect.poll(() => ways.currentRoute.value.path).toBe("/sync");
});

it("leads there from within the thumb's reach too", async () => {
  const ways = await router();
  const evaluation = { progress: { done: 9, total: 24 }, missing: [], findings: [], rows: {} };
  story = await show(BottomBar, {}, { suicha, router: ways, view: { evaluation } });
  expect(story.get("troubles").textContent).toBe("3 项需处理");
  await story.tap("troubles");
  await expect.poll(() => ways.currentRoute.value.path).toBe("/sync");
});
