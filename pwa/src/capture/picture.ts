/** What bytes of a picture are, and whether a picture that was just made shows anything at all. */

/** Largest canvas that iPhones draw without turning it black. */
export const MOST_PIXELS = 16_777_216;

const KINDS: readonly [media: string, test: (head: Uint8Array) => boolean][] = [
  ["image/jpeg", (head) => starts(head, [0xff, 0xd8, 0xff])],
  ["image/png", (head) => starts(head, [0x89, 0x50, 0x4e, 0x47])],
  ["image/webp", (head) => ascii(head, 0, "RIFF") && ascii(head, 8, "WEBP")],
  ["image/heic", (head) => ascii(head, 4, "ftyp") && /^(hei|mif1|msf1|hev)/.test(text(head, 8, 4))],
];

/** By its first bytes, never by its name; null when it is no picture we take. */
export function mediaTypeOf(bytes: ArrayBuffer): string | null {
  const head = new Uint8Array(bytes.slice(0, 16));
  return KINDS.find(([, test]) => test(head))?.[0] ?? null;
}

/** The size to draw a picture at: within the width asked for and within what every phone's canvas bears. */
export function fitted(width: number, height: number, maxWidth: number): { width: number; height: number } {
  const scale = Math.min(1, maxWidth / width, Math.sqrt(MOST_PIXELS / (width * height)));
  return { width: Math.max(1, Math.floor(width * scale)), height: Math.max(1, Math.floor(height * scale)) };
}

/** True when every sampled pixel (RGBA) is pure black or empty: a frame that never came. A dark cellar is not that. */
export function isBlank(pixels: Uint8ClampedArray): boolean {
  for (let at = 0; at < pixels.length; at += 4) {
    if (pixels[at + 3] !== 0 && pixels[at]! + pixels[at + 1]! + pixels[at + 2]! > 0) return false;
  }
  return true;
}

function starts(head: Uint8Array, wanted: number[]): boolean {
  return wanted.every((byte, at) => head[at] === byte);
}

function text(head: Uint8Array, from: number, length: number): string {
  return String.fromCharCode(...head.slice(from, from + length));
}

function ascii(head: Uint8Array, from: number, wanted: string): boolean {
  return text(head, from, wanted.length) === wanted;
}
