/** What the office's browser does in a draw: makes 32 random bytes and commits to them (docs/draw-specification.md, 5). */
import { dropNumber, keepNumber, keptNumber } from "@/app/own-number";
import { sha256Hex, toHex } from "@/core/sha256";

export const OFFICE = "office";

/** A fresh draw id and the commitment to a fresh number, which stays in this browser until it is revealed. */
export function beginDraw(): { id: string; commitment: string } {
  const id = freshId();
  const number = toHex(crypto.getRandomValues(new Uint8Array(32)));
  keepNumber(id, number);
  const commitment = sha256Hex(new TextEncoder().encode(`DSS1|commit|${id}|${OFFICE}|${number}`));
  return { id, commitment };
}

/** The number behind this browser's commitment; null when the draw was announced elsewhere. */
export function numberOf(draw: string): string | null {
  return keptNumber(draw);
}

export function forgetNumber(draw: string): void {
  dropNumber(draw);
}

/** A random uuid (version 4, RFC 9562); Chromium 87 has no crypto.randomUUID. */
function freshId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = toHex(bytes);
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
