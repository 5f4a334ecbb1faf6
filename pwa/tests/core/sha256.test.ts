import { createHash } from "node:crypto";
import fc from "fast-check";
import { expect, it } from "vitest";
import { sha256Hex } from "../../src/core/sha256";

const reference = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

it("agrees with the reference at every length around the block size", () => {
  for (let length = 0; length <= 200; length += 1) {
    const bytes = Uint8Array.from({ length }, (_, index) => index * 7 + length);
    expect(sha256Hex(bytes)).toBe(reference(bytes));
  }
});

it("agrees with the reference on any bytes, also when they are a part of a larger buffer", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 5000 }), fc.nat(64), (bytes, start) => {
      const part = bytes.subarray(Math.min(start, bytes.length));
      expect(sha256Hex(part)).toBe(reference(part));
    }),
  );
});
