// @vitest-environment happy-dom
/** The legal office decides on a photo: it sees it in full, with the visit and the item it belongs to. */
import { afterEach, expect, it, vi } from "vitest";
import type { ErasureRow } from "@/api/types";
import { needWords } from "@/locales";
import ErasurePhoto from "@/office/ErasurePhoto.vue";
import { settled, show, type Story } from "./screens";

const SHA = "ab".repeat(32);
let story: Story | undefined;

afterEach(() => {
  story?.close();
  story = undefined;
  vi.unstubAllGlobals();
});

it("is shown which item it hangs at, and a tap opens it in full", async () => {
  vi.stubGlobal(
    "IntersectionObserver",
    class {
      observe(): void {}
      disconnect(): void {}
    },
  );
  const value = {
    purpose: "photo",
    media_type: "image/jpeg",
    sha256: SHA,
    taken_at: "2026-11-22T06:05:00.000Z",
    position: null,
    source: "camera",
  };
  const item = { code: "HT101", type: "photo", title: { zh: "特种行业许可证", en: "Licence" } };
  const review = {
    photo: vi.fn(async () => new Blob(["photo"])),
    inspection: async () => ({
      task: { subject: { lat: null, lng: null } },
      people: { zhang: "张建国" },
      definitions: [{ sections: [{ id: "one", items: [item] }], catalogues: { lists: {} } }],
      state: { evidence: { HT101: [{ id: "e", author: "zhang", at: value.taken_at, value }] } },
    }),
  };
  const row = { inspection: "visit", sha256: SHA, subject_name: "昆阳宾馆", number: "第17号" } as ErasureRow;
  await needWords(["office"]);
  story = await show(ErasurePhoto, { row }, { suicha: { review } });
  await vi.waitFor(() => expect(story!.get("erasure-item").textContent).toContain("特种行业许可证 HT101"));
  await story.tap("erasure-look");
  await settled();
  const viewer = story.get("photo-viewer");
  expect(viewer.textContent).toContain("昆阳宾馆 第17号");
  expect(viewer.textContent).toContain("张建国");
});
