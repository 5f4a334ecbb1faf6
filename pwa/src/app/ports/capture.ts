/** Camera, position, signature and the layers over photos: the DOM lives here. */
import type { Mark, Position, StoredEvidence } from "../../core/journal/types";
import type { Unlisten, View } from "./effects";

export interface Shot {
  bytes: ArrayBuffer;
  media_type: string;
  width: number | null;
  height: number | null;
  taken_at: string;
  position: Position | null;
  source: "camera" | "file";
}

export interface CameraPort {
  /** Refusals: camera_denied, camera_missing, camera_busy; then offer `fromFile`. */
  start(video: HTMLVideoElement, facing?: "environment" | "user"): Promise<{ torch: boolean }>;
  /** One photo, upright, at most 16.7 MP, never black (checked). Refusal: shot_failed. */
  shoot(): Promise<Shot>;
  torch(on: boolean): Promise<void>;
  /** Keeps the stream for `seconds` so that the next question opens at once; 0 ends it now. */
  stop(seconds?: number): void;
  /** From <input type=file>: kept byte for byte. Refusals: file_too_large {limit}, file_not_image. */
  fromFile(file: File): Promise<Shot>;
}

export interface PositionPort {
  /** Warms the receiver up while the inspection is open. */
  watch(): Unlisten;
  /** The best fix of the last minute, else a new one; null when denied or none within `timeoutMs`. */
  fix(timeoutMs?: number): Promise<Position | null>;
  readonly state: View<"off" | "searching" | "fixed" | "denied" | "missing">;
}

export interface SignatureHandle {
  isEmpty(): boolean;
  clear(): void;
  undo(): void;
  /** PNG on white, cropped to the strokes. Refusal: signature_empty. */
  png(): Promise<{ bytes: ArrayBuffer; width: number; height: number }>;
  /** Call after a resize or rotation; keeps the strokes. */
  fit(): void;
  dispose(): void;
}

export interface Watermark {
  /** ISO UTC; drawn in Asia/Shanghai. */
  taken_at: string;
  place: Position | null;
  inspector: string;
  subject: string;
  number: string;
  /** First eight digits are drawn; null while live. */
  sha256: string | null;
  /** Where the picture came from; what was picked is marked as such. */
  source: StoredEvidence["source"];
}

export interface CapturePort {
  camera: CameraPort;
  position: PositionPort;
  signature(canvas: HTMLCanvasElement): Promise<SignatureHandle>;
  /** Lines of the watermark, for a live overlay in HTML. */
  watermarkLines(mark: Watermark): string[];
  /** Draws photo, watermark and marks into a canvas for showing; the stored bytes are never altered. */
  draw(
    canvas: HTMLCanvasElement,
    photo: Blob,
    layers: { watermark?: Watermark; marks?: Mark[] },
    maxWidth?: number,
  ): Promise<void>;
  /** Marks alone on a clear canvas over the photo: while somebody draws them. */
  drawMarks(canvas: HTMLCanvasElement, marks: readonly Mark[]): void;
  /** A haptic tick where the phone has one. */
  tick(): void;
}
