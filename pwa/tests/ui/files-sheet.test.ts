// @vitest-environment happy-dom
/** A file from a colleague's phone, taken in by hand. */
import { afterEach, expect, it } from "vitest";
import type { FileTaken } from "@/app/ports";
import FilesSheet from "@/field/sync/FilesSheet.vue";
import { settled, show, type Story } from "./screens";

let story: Story | undefined;
afterEach(() => {
  story?.close();
  story = undefined;
});

it("that was cut on its way says what was taken in, and what is to be sent again", async () => {
  const taken: FileTaken = { from: "陈一鸣", entries: 3, evidence: 1, tasks: 0, confirmed: 0, missing: 2 };
  const files = { readers: async () => [], take: async () => taken };
  story = await show(FilesSheet, {}, { suicha: { files } });
  const input = story.get("files-input") as HTMLInputElement;
  Object.defineProperty(input, "files", { value: [new File(["cut"], "cut.suicha")] });
  input.dispatchEvent(new Event("change"));
  await settled();
  expect(story.get("files-partly").textContent).toBe(
    "文件不完整：已收下 3 条记录、1 份照片，其余 2 份照片请对方重新发送。",
  );
});
