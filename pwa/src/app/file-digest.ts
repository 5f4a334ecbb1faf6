/** SHA-256 of a file of any size, piece by piece: a recording of gigabytes never lies in memory whole. */
const PIECE = 8 * 1024 * 1024;

/** Lower-case hex; `read` hears how many bytes are done. */
export async function fileDigest(file: Blob, read: (bytes: number) => void): Promise<string> {
  const { createSHA256 } = await import("hash-wasm");
  const hash = await createSHA256();
  for (let start = 0; start < file.size; start += PIECE) {
    hash.update(new Uint8Array(await file.slice(start, start + PIECE).arrayBuffer()));
    read(Math.min(file.size, start + PIECE));
  }
  return hash.digest("hex");
}
