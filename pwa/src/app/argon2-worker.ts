/** The worker in which passwords are stretched, so that the page stays alive meanwhile: one question, one answer. */
import { argon2id } from "./argon2";
import type { StretchQuestion } from "./stretcher";

declare const self: DedicatedWorkerGlobalScope;

self.onmessage = async ({ data: { password, salt, cost } }: MessageEvent<StretchQuestion>) => {
  // Without an answer the page would wait for ever: null, and it does the work itself.
  self.postMessage(await argon2id(password, salt, cost).catch(() => null));
};
