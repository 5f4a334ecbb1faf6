/** Stretches passwords in a worker of its own; where none starts, in the page. */
import type { PasswordStretcher } from "./ports";

export interface StretchQuestion {
  password: string;
  salt: Uint8Array;
  cost: Parameters<PasswordStretcher["stretch"]>[2];
}

/** `start` makes the worker and throws where there are none. */
export function stretcher(start: () => Worker): PasswordStretcher {
  return {
    async stretch(password, salt, cost) {
      const began = performance.now();
      const key = (await inWorker(start, { password, salt, cost })) ?? (await inPage(password, salt, cost));
      // For the browser's own tools, and for the bench that tells it apart.
      performance.measure("suicha:stretch", { start: began });
      return key;
    },
  };
}

export const browserStretcher = stretcher(
  () => new Worker(new URL("./argon2-worker.ts", import.meta.url), { type: "module" }),
);

const inPage: PasswordStretcher["stretch"] = async (password, salt, cost) => {
  const { argon2id } = await import("./argon2");
  return argon2id(password, salt, cost);
};

/** Null when the worker did not start, died or could not: no module workers, no memory, a part of it not here. */
function inWorker(start: () => Worker, question: StretchQuestion): Promise<Uint8Array<ArrayBuffer> | null> {
  return new Promise((settle) => {
    let worker: Worker;
    try {
      worker = start();
    } catch {
      return settle(null);
    }
    const end = (key: Uint8Array<ArrayBuffer> | null): void => {
      // The memory with the password in it goes with the worker.
      worker.terminate();
      settle(key);
    };
    worker.onmessage = ({ data }: MessageEvent<Uint8Array<ArrayBuffer> | null>) => end(data);
    worker.onerror = () => end(null);
    worker.onmessageerror = () => end(null);
    worker.postMessage(question);
  });
}
