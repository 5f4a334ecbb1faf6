/**
 * Evidence bytes by tus 1.0 (core, creation, creation-with-upload): from where the server stopped, in chunks whose
 * size follows the line, confirmed only when the server has all of them. The server recomputes the hash.
 */
import { ApiError, Unreachable, type Http, type HttpAnswer } from "../api/http";
import type { Clock } from "../app/ports";
import { evidenceRecord, readBlob } from "../vault/blobs";
import { base64, utf8 } from "../vault/encoding";
import type { OutboxRow } from "../vault/schema";
import type { Vault } from "../vault/vault";
import { confirm, progress } from "./outbox";

const UPLOADS = "/api/evidence/uploads";
const TUS = { "Tus-Resumable": "1.0.0" };
const SMALLEST = 16 * 1024;
/** A chunk should take about this long: short enough to survive a tunnel, long enough not to pay for headers. */
const TARGET_MS = 4_000;
/** What a line bore longer ago says little: an inspector has walked into a cellar since. */
const TRUST_MS = 20_000;
/** A chunk is at most so many times the one before. */
const GROWTH = 4;
const RESTARTS = 3;

/** The size of the next chunk, learned from the last ones; one per runner. */
export class Pace {
  private size = SMALLEST;
  private steady = false;
  private heard = -Infinity;

  constructor(private readonly largest: number) {}

  get next(): number {
    return this.size;
  }

  /**
   * What goes along when an upload is opened. If that request is cut, the server's place is lost with it: so little,
   * until the line has shown that it holds.
   */
  get first(): number {
    return this.steady ? this.size : SMALLEST;
  }

  /** Before an upload goes on: after a rest the line has to show anew what it bears. */
  begin(now: number): void {
    if (now - this.heard <= TRUST_MS) return;
    this.size = SMALLEST;
    this.steady = false;
  }

  /** `now`: when the answer came; all in ms. */
  took(bytes: number, ms: number, now: number): void {
    if (bytes < SMALLEST) return;
    const fitting = (bytes / Math.max(ms, 1)) * TARGET_MS;
    this.size = this.within(Math.min(fitting, this.size * GROWTH));
    this.steady = true;
    this.heard = now;
  }

  cut(): void {
    this.size = this.within(this.size / 2);
    this.steady = false;
  }

  private within(size: number): number {
    return Math.round(Math.min(this.largest, Math.max(SMALLEST, size)));
  }
}

export interface UploadEffects {
  http: Http;
  clock: Clock;
  pace: Pace;
  /** Called after every chunk with the bytes the server has acknowledged. */
  sent: (bytes: number) => void;
  /** Between chunks: a new answer does not wait for a photo. */
  between: () => Promise<void>;
}

/** What is being sent; `offset` is the server's word. */
interface Transfer {
  row: OutboxRow;
  bytes: ArrayBuffer;
  mediaType: string;
  url: string | null;
  offset: number;
}

/**
 * Uploads one evidence and confirms it. Throws Unreachable, ApiError as the server said it, and Refusal-like codes
 * `missing_here` (the bytes are not in this vault) or `upload_restarted` (the server keeps losing the place).
 */
export async function uploadEvidence(vault: Vault, effects: UploadEffects, row: OutboxRow): Promise<void> {
  const bytes = await readBlob(vault, row.id);
  if (bytes === null) throw local("missing_here");
  const record = await evidenceRecord(vault, row.inspection, row.id);
  const mediaType = record?.value.media_type ?? "application/octet-stream";
  const transfer: Transfer = { row, bytes, mediaType, url: row.url, offset: 0 };
  for (let restart = 0; restart < RESTARTS; restart += 1) {
    if (await transferred(vault, effects, transfer)) {
      await confirm(vault, [row.key]);
      return;
    }
    await progress(vault, row.key, null, 0);
    Object.assign(transfer, { url: null, offset: 0 });
  }
  throw local("upload_restarted");
}

function local(code: string): ApiError {
  return new ApiError(0, { title: "", status: 0, code }, null);
}

/** False: the server no longer knows this upload; start anew. */
async function transferred(vault: Vault, effects: UploadEffects, transfer: Transfer): Promise<boolean> {
  effects.pace.begin(effects.clock.now());
  if (transfer.url === null) await create(vault, effects, transfer);
  else if (!(await locate(effects, transfer))) return false;
  else await noted(vault, effects, transfer);
  while (transfer.offset < transfer.bytes.byteLength) {
    await effects.between();
    if (!(await patch(vault, effects, transfer))) return false;
  }
  return true;
}

/** Opens the upload; the first time with the first bytes in it, after a failure bare, so that nothing goes twice. */
async function create(vault: Vault, effects: UploadEffects, transfer: Transfer): Promise<void> {
  const { row, bytes } = transfer;
  const first = row.attempts === 0 ? bytes.slice(0, effects.pace.first) : new ArrayBuffer(0);
  const headers: Record<string, string> = {
    ...TUS,
    "Upload-Length": String(bytes.byteLength),
    "Upload-Metadata": metadata({
      inspection: row.inspection,
      sha256: row.id,
      media_type: transfer.mediaType,
    }),
  };
  if (first.byteLength > 0) headers["Content-Type"] = "application/offset+octet-stream";
  const answer = await timed(effects, first.byteLength, {
    method: "POST",
    path: UPLOADS,
    headers,
    body: first.byteLength > 0 ? first : null,
  });
  if (answer.status !== 201 && answer.status !== 200) throw effects.http.refused(answer);
  transfer.url = pathOf(answer.headers.get("Location"));
  transfer.offset = offsetOf(answer, bytes.byteLength) ?? 0;
  if (transfer.url === null && transfer.offset < bytes.byteLength) throw new Unreachable();
  await noted(vault, effects, transfer);
}

/** Asks where the server stopped. */
async function locate(effects: UploadEffects, transfer: Transfer): Promise<boolean> {
  const answer = await effects.http.raw({ method: "HEAD", path: transfer.url!, headers: TUS });
  if (isGone(answer)) return false;
  if (answer.status >= 300) throw effects.http.refused(answer);
  const offset = offsetOf(answer, transfer.bytes.byteLength);
  if (offset === null) return false;
  transfer.offset = offset;
  return true;
}

async function patch(vault: Vault, effects: UploadEffects, transfer: Transfer): Promise<boolean> {
  const chunk = transfer.bytes.slice(transfer.offset, transfer.offset + effects.pace.next);
  const answer = await timed(effects, chunk.byteLength, {
    method: "PATCH",
    path: transfer.url!,
    headers: {
      ...TUS,
      "Upload-Offset": String(transfer.offset),
      "Content-Type": "application/offset+octet-stream",
    },
    body: chunk,
  });
  if (isGone(answer)) return false;
  if (answer.status === 409) return moved(effects, transfer, answer);
  if (answer.status >= 300) throw effects.http.refused(answer);
  const offset = offsetOf(answer, transfer.bytes.byteLength);
  if (offset === null || offset <= transfer.offset) return false;
  transfer.offset = offset;
  await noted(vault, effects, transfer);
  return true;
}

async function noted(vault: Vault, effects: UploadEffects, { row, url, offset }: Transfer): Promise<void> {
  effects.sent(offset);
  await progress(vault, row.key, url, offset);
}

async function timed(
  effects: UploadEffects,
  bytes: number,
  request: {
    method: "POST" | "PATCH";
    path: string;
    headers: Record<string, string>;
    body: ArrayBuffer | null;
  },
): Promise<HttpAnswer> {
  const began = effects.clock.now();
  try {
    const answer = await effects.http.raw({ ...request, limit: 90_000 });
    const now = effects.clock.now();
    if (bytes > 0 && answer.status < 300) effects.pace.took(bytes, now - began, now);
    return answer;
  } catch (thrown) {
    effects.pace.cut();
    throw thrown;
  }
}

function isGone({ status }: HttpAnswer): boolean {
  return status === 404 || status === 410;
}

/** Somebody (a lost answer, another tab) was faster: go on from where the server stands now. */
async function moved(effects: UploadEffects, transfer: Transfer, answer: HttpAnswer): Promise<boolean> {
  const before = transfer.offset;
  if (!(await locate(effects, transfer))) return false;
  if (transfer.offset === before) throw effects.http.refused(answer);
  return true;
}

function offsetOf({ headers }: HttpAnswer, size: number): number | null {
  const offset = Number(headers.get("Upload-Offset") ?? NaN);
  return Number.isInteger(offset) && offset >= 0 && offset <= size ? offset : null;
}

/** Only the path: behind a proxy the server may not know its own name. */
function pathOf(location: string | null): string | null {
  if (location === null) return null;
  return location.replace(/^[a-z]+:\/\/[^/]+/i, "");
}

function metadata(pairs: Record<string, string>): string {
  return Object.entries(pairs)
    .map(([name, value]) => `${name} ${base64(utf8(value))}`)
    .join(",");
}
