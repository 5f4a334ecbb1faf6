/** What the office's browser does when it announces a draw (docs/draw-specification.md, section 5). */
import { SEALED_SHARE } from "@/core/draw/ceremony";
import { toHex } from "@/core/sha256";
import { makeCommitment } from "@/room/commitment";
import type { DrawRow } from "./types";

export const OFFICE = "office";
export { SEALED_SHARE };

/** What a draw is called in a list: one that was made elsewhere is marked as such. */
export function standingOf(draw: Pick<DrawRow, "kind" | "state">): string {
  return draw.kind === "external" ? "external" : draw.state;
}

/** A fresh draw id and the commitment to a fresh number. */
export function beginDraw(): { id: string; commitment: string } {
  const id = freshId();
  return { id, commitment: makeCommitment(id, OFFICE) };
}

/** The commitment to a fresh sealed share; its holders get the share from this browser, on paper. */
export function sealedShare(draw: string): string {
  return makeCommitment(draw, SEALED_SHARE);
}

/** A random uuid (version 4, RFC 9562); Chromium 87 has no crypto.randomUUID. */
export function freshId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = toHex(bytes);
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
