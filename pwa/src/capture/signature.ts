/** A drawn signature: strokes kept as vectors until they are taken, so that turning the phone loses nothing. */
import SignaturePad from "signature_pad";
import type { SignatureHandle } from "../app/ports";
import { Refusal } from "../vault/refusal";

/** Room around the strokes in CSS pixels, and the width that is stored. */
const MARGIN = 12;
const STORED_SCALE = 2;

export function signatureOn(canvas: HTMLCanvasElement): SignatureHandle {
  const pad = new SignaturePad(canvas, { penColor: "#0B1F4B", minWidth: 1.2, maxWidth: 3.4, throttle: 8 });

  const fit = (): void => {
    const strokes = pad.toData();
    const ratio = Math.max(window.devicePixelRatio || 1, 1);
    canvas.width = Math.round(canvas.offsetWidth * ratio);
    canvas.height = Math.round(canvas.offsetHeight * ratio);
    canvas.getContext("2d")?.scale(ratio, ratio);
    pad.clear();
    pad.fromData(strokes);
  };
  fit();

  return {
    isEmpty: () => pad.isEmpty(),
    clear: () => pad.clear(),
    undo: () => pad.fromData(pad.toData().slice(0, -1)),
    fit,
    dispose: () => pad.off(),
    async png() {
      if (pad.isEmpty()) throw new Refusal("signature_empty");
      const box = bounds(pad.toData().flatMap(({ points }) => points));
      return cropped(pad, box);
    },
  };
}

export interface Bounds {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** The strokes with a margin, in CSS pixels. */
export function bounds(points: { x: number; y: number }[]): Bounds {
  const xs = points.map(({ x }) => x);
  const ys = points.map(({ y }) => y);
  const [left, top] = [Math.min(...xs) - MARGIN, Math.min(...ys) - MARGIN];
  return { left, top, width: Math.max(...xs) + MARGIN - left, height: Math.max(...ys) + MARGIN - top };
}

/** Draws the strokes once more, on white and without the empty paper around them. */
async function cropped(
  pad: SignaturePad,
  box: Bounds,
): Promise<{ bytes: ArrayBuffer; width: number; height: number }> {
  const canvas = document.createElement("canvas");
  canvas.width = Math.ceil(box.width * STORED_SCALE);
  canvas.height = Math.ceil(box.height * STORED_SCALE);
  const moved = pad.toData().map((group) => ({
    ...group,
    minWidth: group.minWidth * STORED_SCALE,
    maxWidth: group.maxWidth * STORED_SCALE,
    points: group.points.map((point) => ({
      ...point,
      x: (point.x - box.left) * STORED_SCALE,
      y: (point.y - box.top) * STORED_SCALE,
    })),
  }));
  const copy = new SignaturePad(canvas, { backgroundColor: "#FFFFFF", penColor: "#0B1F4B" });
  copy.fromData(moved);
  copy.off();
  const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/png"));
  if (blob === null) throw new Refusal("signature_empty");
  return { bytes: await blob.arrayBuffer(), width: canvas.width, height: canvas.height };
}
