/** Name-based UUIDs (RFC 9562 section 5.5), synchronous: WebCrypto's SHA-1 is not. */

/** The version 5 UUID of `name` in the namespace `space`. */
export function uuid5(space: string, name: string): string {
  const nameBytes = new TextEncoder().encode(name);
  const input = new Uint8Array(16 + nameBytes.length);
  const hex = space.replace(/-/g, "");
  for (let at = 0; at < 16; at += 1) input[at] = parseInt(hex.slice(at * 2, at * 2 + 2), 16);
  input.set(nameBytes, 16);
  const hash = sha1(input);
  hash[6] = (hash[6]! & 0x0f) | 0x50;
  hash[8] = (hash[8]! & 0x3f) | 0x80;
  const text = Array.from(hash.subarray(0, 16), (byte) => byte.toString(16).padStart(2, "0")).join("");
  return [text.slice(0, 8), text.slice(8, 12), text.slice(12, 16), text.slice(16, 20), text.slice(20)].join(
    "-",
  );
}

/** SHA-1 (FIPS 180-4). Only for names of rows: nothing rests on its strength. */
function sha1(bytes: Uint8Array): Uint8Array {
  const blocks = new Uint8Array(((bytes.length + 72) >> 6) << 6);
  blocks.set(bytes);
  blocks[bytes.length] = 0x80;
  const view = new DataView(blocks.buffer);
  view.setUint32(blocks.length - 4, bytes.length * 8);
  const state = Int32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0);
  const words = new Int32Array(80);
  for (let offset = 0; offset < blocks.length; offset += 64) {
    for (let i = 0; i < 16; i += 1) words[i] = view.getInt32(offset + i * 4);
    for (let i = 16; i < 80; i += 1)
      words[i] = turn(words[i - 3]! ^ words[i - 8]! ^ words[i - 14]! ^ words[i - 16]!, 1);
    mix(state, words);
  }
  const out = new DataView(new ArrayBuffer(20));
  state.forEach((word, at) => out.setInt32(at * 4, word));
  return new Uint8Array(out.buffer);
}

function turn(word: number, by: number): number {
  return (word << by) | (word >>> (32 - by));
}

function mix(state: Int32Array, words: Int32Array): void {
  let a = state[0]!;
  let b = state[1]!;
  let c = state[2]!;
  let d = state[3]!;
  let e = state[4]!;
  for (let i = 0; i < 80; i += 1) {
    const next = (turn(a, 5) + chosen(i, b, c, d) + e + CONSTANTS[Math.floor(i / 20)]! + words[i]!) | 0;
    e = d;
    d = c;
    c = turn(b, 30);
    b = a;
    a = next;
  }
  state[0]! += a;
  state[1]! += b;
  state[2]! += c;
  state[3]! += d;
  state[4]! += e;
}

const CONSTANTS = [0x5a827999, 0x6ed9eba1, 0x8f1bbcdc, 0xca62c1d6];

function chosen(step: number, b: number, c: number, d: number): number {
  if (step < 20) return (b & c) | (~b & d);
  if (step >= 40 && step < 60) return (b & c) | (b & d) | (c & d);
  return b ^ c ^ d;
}
