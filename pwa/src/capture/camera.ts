/**
 * The camera inside the page: Android kills the browser behind the camera app, and the draft with it. One stream is
 * kept over several questions (iOS asks for permission at every new one); files are the way out when there is none.
 */
import type { CameraPort, Clock, PositionPort, Shot } from "../app/ports";
import { isoTime } from "../vault/encoding";
import { Refusal } from "../vault/refusal";
import { fitted, isBlank, mediaTypeOf, MOST_PIXELS } from "./picture";

const QUALITY = 0.86;
/** Longest edge of a shot: readable papers, 300 to 600 kB. */
const LONGEST = 2560;
const POSITION_WAIT_MS = 1_500;

export interface CameraEffects {
  clock: Clock;
  position: PositionPort;
  /** Largest file in bytes. */
  limit: () => number;
}

export class PageCamera implements CameraPort {
  private stream: MediaStream | null = null;
  private facing: "environment" | "user" = "environment";
  private video: HTMLVideoElement | null = null;
  private ending: () => void = () => undefined;
  /** Counts who wants what: a stream that comes when somebody has stopped or started since is nobody's. */
  private turn = 0;

  constructor(private readonly effects: CameraEffects) {}

  async start(
    video: HTMLVideoElement,
    facing: "environment" | "user" = "environment",
  ): Promise<{ torch: boolean }> {
    this.ending();
    const turn = (this.turn += 1);
    if (facing !== this.facing || !this.isLive()) {
      this.end();
      const stream = await opened(facing);
      if (turn !== this.turn) {
        for (const track of stream.getTracks()) track.stop();
        return { torch: false };
      }
      this.stream = stream;
      this.facing = facing;
    }
    this.video = video;
    video.srcObject = this.stream;
    video.muted = true;
    video.playsInline = true;
    await video.play().catch((thrown: unknown) => {
      // A second start interrupts the first; the second one plays.
      if (!(thrown instanceof DOMException) || thrown.name !== "AbortError") throw new Refusal("camera_busy");
    });
    return { torch: hasTorch(this.track()) };
  }

  async shoot(): Promise<Shot> {
    const taken_at = isoTime(this.effects.clock.now());
    const positioned = this.effects.position.fix(POSITION_WAIT_MS);
    const canvas = await this.frame();
    const blob = await encoded(canvas);
    const bytes = await blob.arrayBuffer();
    if (mediaTypeOf(bytes) !== "image/jpeg") throw new Refusal("shot_failed");
    const { width, height } = canvas;
    return {
      bytes,
      media_type: "image/jpeg",
      width,
      height,
      taken_at,
      position: await positioned,
      source: "camera",
    };
  }

  async torch(on: boolean): Promise<void> {
    const track = this.track();
    if (track === null || !hasTorch(track)) return;
    await track.applyConstraints({ advanced: [{ torch: on } as MediaTrackConstraintSet] });
  }

  stop(seconds = 0): void {
    this.turn += 1;
    this.ending();
    if (this.video !== null) this.video.srcObject = null;
    this.video = null;
    if (seconds > 0) {
      this.ending = this.effects.clock.after(seconds * 1000, () => this.end());
      return;
    }
    this.end();
  }

  async fromFile(file: File): Promise<Shot> {
    const limit = this.effects.limit();
    if (file.size > limit) throw new Refusal("file_too_large", { limit: Math.floor(limit / 1_000_000) });
    const bytes = await file.arrayBuffer();
    const media_type = mediaTypeOf(bytes);
    if (media_type === null || bytes.byteLength === 0) throw new Refusal("file_not_image");
    const size = await measured(new Blob([bytes], { type: media_type }));
    const position = await this.effects.position.fix(POSITION_WAIT_MS);
    const taken_at = isoTime(this.effects.clock.now());
    return { bytes, media_type, ...size, taken_at, position, source: "file" };
  }

  private end(): void {
    for (const track of this.stream?.getTracks() ?? []) track.stop();
    this.stream = null;
    this.ending = () => undefined;
  }

  private isLive(): boolean {
    return this.track()?.readyState === "live";
  }

  private track(): MediaStreamTrack | null {
    return this.stream?.getVideoTracks()[0] ?? null;
  }

  /** The picture of now; a frame that is not there yet is waited for once. */
  private async frame(): Promise<HTMLCanvasElement> {
    const video = this.video;
    if (video === null || !this.isLive()) throw new Refusal("shot_failed");
    for (let attempt = 0; attempt < 2; attempt += 1) {
      const canvas = painted(video);
      if (canvas !== null) return canvas;
      await nextFrame(this.effects.clock);
    }
    throw new Refusal("shot_failed");
  }
}

async function opened(facing: "environment" | "user"): Promise<MediaStream> {
  const devices = navigator.mediaDevices as MediaDevices | undefined;
  if (devices === undefined) throw new Refusal("camera_missing");
  try {
    return await devices.getUserMedia({
      audio: false,
      video: { facingMode: { ideal: facing }, width: { ideal: LONGEST }, height: { ideal: 1920 } },
    });
  } catch (thrown) {
    const name = thrown instanceof DOMException ? thrown.name : "";
    if (name === "NotAllowedError" || name === "SecurityError") throw new Refusal("camera_denied");
    if (name === "NotFoundError" || name === "OverconstrainedError") throw new Refusal("camera_missing");
    throw new Refusal("camera_busy");
  }
}

/** Null while the stream has no picture yet, or a black one. */
function painted(video: HTMLVideoElement): HTMLCanvasElement | null {
  const { videoWidth, videoHeight } = video;
  if (videoWidth === 0 || videoHeight === 0) return null;
  const longest = Math.max(videoWidth, videoHeight);
  const { width, height } = fitted(
    videoWidth,
    videoHeight,
    Math.round((videoWidth * Math.min(LONGEST, longest)) / longest),
  );
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext("2d");
  if (context === null) throw new Refusal("shot_failed");
  context.drawImage(video, 0, 0, width, height);
  return isBlank(sampled(canvas)) ? null : canvas;
}

/** A thumbnail's pixels: enough to tell a black frame, cheap enough for each shot. */
function sampled(canvas: HTMLCanvasElement): Uint8ClampedArray {
  const small = document.createElement("canvas");
  small.width = 16;
  small.height = 16;
  const context = small.getContext("2d");
  if (context === null) throw new Refusal("shot_failed");
  context.drawImage(canvas, 0, 0, 16, 16);
  return context.getImageData(0, 0, 16, 16).data;
}

function encoded(canvas: HTMLCanvasElement): Promise<Blob> {
  return new Promise((resolve, reject) => {
    canvas.toBlob(
      (blob) => (blob === null ? reject(new Refusal("shot_failed")) : resolve(blob)),
      "image/jpeg",
      QUALITY,
    );
  });
}

function nextFrame(clock: Clock): Promise<void> {
  return new Promise((done) => clock.after(120, done));
}

function hasTorch(track: MediaStreamTrack | null): boolean {
  if (track === null || typeof track.getCapabilities !== "function") return false;
  return (track.getCapabilities() as MediaTrackCapabilities & { torch?: boolean }).torch === true;
}

/** Width and height as shown (turned by EXIF); null for what this browser cannot decode (HEIC): the server can. */
async function measured(blob: Blob): Promise<{ width: number | null; height: number | null }> {
  try {
    const bitmap = await createImageBitmap(blob);
    const { width, height } = bitmap;
    bitmap.close();
    return width * height > 0 && width * height <= MOST_PIXELS * 6
      ? { width, height }
      : { width: null, height: null };
  } catch {
    return { width: null, height: null };
  }
}
