// @vitest-environment happy-dom
/** Photos on the pages of inspector and lead: those that are there, those still on their way, those that were erased. */
import { afterEach, expect, it, vi } from "vitest";
import { shallowRef } from "vue";
import type { Tombstone } from "@/api/types";
import type { Stored } from "@/ui/evidence";
import EvidenceBlock from "@/field/inspection/EvidenceBlock.vue";
import PhotoRow from "@/lead/PhotoRow.vue";
import type { Reviewing } from "@/lead/reviewing";
import { QUIET } from "@/sync/quiet";
import { settled, show, type Story } from "./screens";

let story: Story | undefined;
afterEach(() => {
  story?.close();
  story = undefined;
});

const GONE = "d".repeat(64);
const erased: Record<string, Tombstone> = {
  [GONE]: { erased_at: "2026-11-23T06:36:00.000Z", reason: "误拍旅客" },
};
const photo = (id: string, sha256: string): Stored => ({
  id,
  path: "HT101",
  author: "陈一鸣",
  device: "phone",
  at: "2026-11-23T06:12:00.000Z",
  value: {
    purpose: "photo",
    sha256,
    size: 3,
    media_type: "image/jpeg",
    taken_at: "2026-11-23T06:12:00.000Z",
    position: null,
    source: "camera",
    width: null,
    height: null,
  },
});
const photos = [photo("first", "a".repeat(64)), photo("second", GONE)];
// Everything is near the screen here.
vi.stubGlobal("IntersectionObserver", undefined);
const draw = vi.fn(async () => undefined);
const status = shallowRef({ ...QUIET, network: "online" as "online" | "offline" });
const suicha = { capture: { draw }, sync: { status }, storage: {}, session: {} };

it("an erased one says so on the phone, when and why, and is not counted as a photo that is there", async () => {
  const asked: string[] = [];
  story = await show(
    EvidenceBlock,
    { path: "HT101", title: "特种行业许可证", rule: { min: 1 }, asked: true },
    {
      state: { evidence: { HT101: photos } },
      view: { erased },
      evidence: async (sha256) => (asked.push(sha256), null),
      suicha,
    },
  );
  await settled();
  expect(story.get("photo-erased").textContent).toBe("照片已依法删除 · 11-23 周一 14:36 · 原因：误拍旅客");
  expect(story.page.textContent).toContain("已有 1 张照片 · 1 张已依法删除");
  expect(asked, "nobody asks the server for it again").toEqual(["a".repeat(64)]);
});

it("not to be had while offline are there by themselves when the network is back", async () => {
  status.value = { ...status.value, network: "offline" };
  let bytes: ArrayBuffer | null = null;
  let asked = 0;
  const evidence = async (): Promise<{ bytes: ArrayBuffer; media_type: string } | null> => {
    asked += 1;
    return bytes && { bytes, media_type: "image/jpeg" };
  };
  const state = { evidence: { HT101: [photos[0]] } };
  story = await show(
    EvidenceBlock,
    { path: "HT101", title: "许可证", asked: true },
    { state, evidence, suicha },
  );
  await settled();
  expect(story.page.textContent).toContain("照片不在本机");
  draw.mockClear();

  status.value = { ...status.value, network: "online" };
  await settled();
  expect(story.page.textContent, "his phone has not sent it yet").toContain("照片不在本机");
  status.value = { ...status.value, lastSync: "2026-11-23T06:19:10.000Z" };
  await settled();
  status.value = { ...status.value, lastSync: "2026-11-23T06:19:22.000Z" };
  await settled();
  expect(asked, "not with every glance at the server").toBe(3);
  bytes = new ArrayBuffer(3);
  status.value = { ...status.value, lastSync: "2026-11-23T06:20:00.000Z" };
  await settled();
  expect(story.page.textContent).not.toContain("照片不在本机");
  expect(draw).toHaveBeenCalledOnce();
  status.value = { ...status.value, lastSync: "2026-11-23T06:21:00.000Z" };
  await settled();
  expect(asked, "one that is shown is not asked for again").toBe(4);
});

it("an erased one says so on the lead's page", async () => {
  const reviewing = {
    record: shallowRef({
      task: { id: "visit", subject: { name: "昆阳宾馆", lat: null, lng: null } },
      state: { evidence: { HT101: photos } },
      erased: [{ sha256: GONE, ...erased[GONE] }],
      seals: [],
    }),
    nameOf: (person: string) => person,
    photo: async () => null,
    watermark: () => ({}),
  } as unknown as Reviewing;
  story = await show(PhotoRow, { path: "HT101", title: "特种行业许可证" }, { reviewing, suicha });
  await settled();
  expect(story.get("photo-erased").textContent).toContain("照片已依法删除");
  expect(story.get("photo-erased").textContent).toContain("误拍旅客");
});
