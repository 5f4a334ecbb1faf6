/** Camera, position, signature and the layers over photos, built once for the screens. */
import type { CapturePort, Clock, Watermark } from "../app/ports";
import { Refusal } from "../vault/refusal";
import { PageCamera } from "./camera";
import { fitted } from "./picture";
import { browserReceiver, PositionKeeper } from "./position";
import { drawMarks, drawWatermark, watermarkLines } from "./watermark";

/** Wide enough for a phone's screen at three pixels per point. */
const SHOWN_WIDTH = 1600;

export function browserCapture(clock: Clock, limit: () => number): CapturePort {
  const position = new PositionKeeper(browserReceiver(), clock);
  return {
    camera: new PageCamera({ clock, position, limit }),
    position,
    // Loaded when somebody signs, not with the first screen.
    signature: async (canvas) => (await import("./signature")).signatureOn(canvas),
    watermarkLines: (mark: Watermark) => watermarkLines(mark),
    draw,
    drawMarks: (canvas, marks) => {
      const context = canvas.getContext("2d");
      if (context === null) return;
      context.clearRect(0, 0, canvas.width, canvas.height);
      drawMarks(context, canvas.width, canvas.height, marks);
    },
    tick: () => {
      if (typeof navigator.vibrate === "function") navigator.vibrate(12);
    },
  };
}

const draw: CapturePort["draw"] = async (canvas, photo, { watermark, marks }, maxWidth = SHOWN_WIDTH) => {
  const picture = await decoded(photo);
  const size = fitted(picture.width, picture.height, maxWidth);
  canvas.width = size.width;
  canvas.height = size.height;
  const context = canvas.getContext("2d");
  if (context === null) throw new Refusal("photo_unreadable");
  context.drawImage(picture.source, 0, 0, size.width, size.height);
  picture.close();
  if (watermark !== undefined) {
    const lines = watermarkLines(watermark);
    drawWatermark(context, size.width, size.height, lines, legible(canvas, size));
  }
  if (marks !== undefined) drawMarks(context, size.width, size.height, marks);
};

/** Letters of this many CSS pixels can be read at arm's length. */
const LEGIBLE_PX = 11;

/** That size in pixels of the canvas, by how wide the screen can show it; nothing to go by is nothing asked. */
function legible(canvas: HTMLCanvasElement, { width, height }: { width: number; height: number }): number {
  const pane = canvas.closest<HTMLElement>("[data-picture-pane]");
  if (pane === null || pane.clientWidth === 0 || pane.clientHeight === 0) return 0;
  const shown = Math.min(1, pane.clientWidth / width, pane.clientHeight / height);
  return LEGIBLE_PX / shown;
}

interface Picture {
  source: CanvasImageSource;
  width: number;
  height: number;
  close(): void;
}

/** As shown, turned by its EXIF; through an image element where bitmaps cannot be made. Refusal photo_unreadable. */
async function decoded(photo: Blob): Promise<Picture> {
  try {
    const bitmap = await createImageBitmap(photo);
    return { source: bitmap, width: bitmap.width, height: bitmap.height, close: () => bitmap.close() };
  } catch {
    return asElement(photo);
  }
}

async function asElement(photo: Blob): Promise<Picture> {
  const url = URL.createObjectURL(photo);
  const image = new Image();
  image.src = url;
  try {
    await image.decode();
  } catch {
    throw new Refusal("photo_unreadable");
  } finally {
    URL.revokeObjectURL(url);
  }
  return { source: image, width: image.naturalWidth, height: image.naturalHeight, close: () => undefined };
}
