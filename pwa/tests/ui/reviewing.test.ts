// @vitest-environment happy-dom
/** What the lead reads of a visit: who signed, what nobody has found yet, and what two inspectors still differ on. */
import { afterEach, describe, expect, it } from "vitest";
import { shallowRef } from "vue";
import AnswerRow from "@/lead/AnswerRow.vue";
import CourseOfVisit from "@/lead/CourseOfVisit.vue";
import FindingList from "@/lead/FindingList.vue";
import { phaseOf, type Reviewing } from "@/lead/reviewing";
import { show, type Story } from "./screens";

const ITEM = {
  code: "HT101",
  type: "text",
  title: { zh: "特种行业许可证", en: "Licence" },
};
const AT = "2026-11-22T06:05:00.000Z";
let story: Story | undefined;

afterEach(() => {
  story?.close();
  story = undefined;
});

interface Told {
  phase?: string;
  missing?: object[];
  conflicts?: object;
  entries?: object[];
  comments?: object[];
}

function reviewing({ phase = "open", missing = [], conflicts = {}, entries = [], comments = [] }: Told) {
  const record = {
    task: { id: "visit", subject: { lat: "33.62700", lng: "113.35100" } },
    state: {
      phase,
      conflicts,
      comments,
      answers: {},
      findings: {},
      cleared: {},
      evidence: {},
      flags: [],
      presence: { started_at: AT },
    },
    evaluation: { findings: [], verdicts: { HT101: "open" }, visible: ["HT101"], missing, rows: {} },
    entries,
  };
  return {
    record: shallowRef(record),
    definition: shallowRef({ sections: [{ id: "one", items: [ITEM] }], catalogues: { lists: {} } }),
    entries: shallowRef(new Map()),
    comments: shallowRef([]),
    deciding: shallowRef(false),
    lawDate: shallowRef("2026-11-22"),
    nameOf: (person: string) => ({ zhang: "张建国", li: "李卫东" })[person] ?? person,
    deviceOf: (device: string) => device,
  } as unknown as Reviewing;
}

const look = async (component: object, props: object, told: Told): Promise<Story> =>
  (story = await show(component, { ...props }, { reviewing: reviewing(told) }));

describe("the lead reads a visit", () => {
  it("names the signer of a signature, on whoever's phone it was made", async () => {
    const value = { role: "party", signer: { name: "周晓梅" } };
    const entry = { id: "e", kind: "sign", path: "", value, at: AT, device: "phone", author: "zhang" };
    const { page } = await look(CourseOfVisit, {}, { entries: [entry] });
    expect(page.textContent).toContain("当事人 周晓梅 签名");
    expect(page.textContent).not.toContain("张建国");
  });

  it("is asked to check a position that is far from the registered place, its own error taken off", async () => {
    const arrival = (id: string, lng: string, accuracy_m: number) => ({
      id,
      kind: "presence",
      path: "",
      value: { event: "arrived", position: { lat: "33.62700", lng, accuracy_m, age_s: 3 } },
      at: AT,
      device: "phone",
      author: "zhang",
    });
    const entries = [arrival("far", "113.51850", 20), arrival("near", "113.35500", 20)];
    const { page } = await look(
      CourseOfVisit,
      {},
      { entries: [...entries, arrival("vague", "113.36500", 900)] },
    );
    const [asked, ...others] = [...page.querySelectorAll("[data-testid='stop-far']")];
    expect(asked?.textContent).toContain("距登记地址 15.5 公里（误差 20 米），请核对位置");
    expect(others).toEqual([]);
  });

  it("is not told that nothing was found before the visit is handed in whole", async () => {
    const { page } = await look(FindingList, {}, { missing: [{}] });
    expect(page.textContent).toContain("检查未完成，暂未记录问题");
    expect(page.querySelector(".notice--pass, [data-testid='no-findings']")).toBeNull();
  });

  it("is told so of a visit that was handed in whole", async () => {
    const { page } = await look(FindingList, {}, { phase: "submitted" });
    expect(page.textContent).toContain("没有发现问题。");
    expect(page.textContent).not.toContain("检查未完成");
  });

  it("sees an item on which two differ as to be settled, not as left out", async () => {
    const side = (id: string, author: string, value: string) => ({ id, author, value, at: AT });
    const conflicts = { "answer:HT101": [side("a", "zhang", "齐全"), side("b", "li", "缺两页")] };
    const { page } = await look(AnswerRow, { item: ITEM }, { conflicts });
    expect(page.querySelector(".answer-row__value")?.textContent).toBe("待核对");
    expect(page.textContent).not.toContain("未填");
  });

  it("reads of a task of which nothing counts yet what the office's list calls it", () => {
    expect(phaseOf("dispatched", "open")).toBe("dispatched");
    expect(phaseOf("returned", "submitted")).toBe("submitted");
  });
});
