/**
 * argon2id, by WebAssembly where the page may run it and in plain JavaScript where it may not: Chromium 87 to 96 do
 * not know the policy keyword 'wasm-unsafe-eval' and refuse every module. Both give the same key.
 */
import type { PasswordStretcher } from "./ports";

type Stretch = PasswordStretcher["stretch"];

/** 32 bytes, on the thread that asks. */
export const argon2id: Stretch = async (password, salt, cost) => {
  try {
    return await byModule(password, salt, cost);
  } catch {
    // Refused by the policy, not there at all, or without memory for a module: the slow road leads to the same key.
    return byScript(password, salt, cost);
  }
};

const byModule: Stretch = async (password, salt, { memory, passes, lanes }) => {
  const { argon2id: stretched } = await import("hash-wasm");
  const key = await stretched({
    password,
    salt,
    memorySize: memory,
    iterations: passes,
    parallelism: lanes,
    hashLength: 32,
    outputType: "binary",
  });
  return Uint8Array.from(key);
};

const byScript: Stretch = async (password, salt, { memory, passes, lanes }) => {
  const { argon2id: stretched } = await import("@noble/hashes/argon2");
  return Uint8Array.from(stretched(password, salt, { m: memory, t: passes, p: lanes, dkLen: 32 }));
};
