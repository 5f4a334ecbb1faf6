/**
 * Watermark and marks are layers: they are drawn when a photo is shown, printed or exported. The stored bytes are
 * what the camera gave, and their hash stays what it was.
 */
import type { Mark, MarkColour, Watermark } from "../app/ports";

/**
 * Lines of the watermark, top to bottom; a picked picture is marked in the printed record's word. Time in Asia/Shanghai,
 * whatever the phone's own zone is.
 */
export function watermarkLines(mark: Watermark): string[] {
  const { taken_at, place, inspector, subject, number, sha256, source } = mark;
  const time = shanghaiTime(taken_at);
  // Of a picture that was picked nobody knows when and where it was taken: the time and the place are the picking's.
  const lines = [source === "file" ? `相册选取  选取时间 ${time}` : time, subject];
  lines.push(`${number}  ${inspector}`.trim());
  lines.push(place === null ? "无定位" : `${place.lat}, ${place.lng} ±${place.accuracy_m}m`);
  if (sha256 !== null) lines.push(`SHA-256 ${sha256.slice(0, 8)}`);
  return lines.filter((line) => line !== "");
}

/** 2026-11-22 14:05:09 */
export function shanghaiTime(iso: string): string {
  const time = Date.parse(iso);
  if (Number.isNaN(time)) return "";
  return new Date(time + 8 * 3_600_000).toISOString().slice(0, 19).replace("T", " ");
}

type Canvas = Pick<
  CanvasRenderingContext2D,
  | "fillText"
  | "strokeText"
  | "fillRect"
  | "strokeRect"
  | "beginPath"
  | "moveTo"
  | "lineTo"
  | "stroke"
  | "fill"
  | "closePath"
  | "measureText"
  | "save"
  | "restore"
> & {
  font: string;
  fillStyle: string | CanvasGradient | CanvasPattern;
  strokeStyle: string | CanvasGradient | CanvasPattern;
  lineWidth: number;
  textBaseline: CanvasTextBaseline;
  lineJoin: CanvasLineJoin;
};

/** A line's height in sizes of its letters. */
const LINE = 1.35;
const FONT = '"PingFang SC","HarmonyOS Sans SC","Noto Sans SC",sans-serif';
/** Each colour with an edge of its opposite, so that it stands out on a white wall and on a black screen. */
const COLOURS: Readonly<Record<MarkColour, readonly [ink: string, edge: string]>> = {
  red: ["#D0021B", "#FFFFFF"],
  yellow: ["#FFD400", "#14171F"],
  blue: ["#0B4FD6", "#FFFFFF"],
};

/**
 * Text along the lower left edge, white on a dark ground; a line is a thirty-second of the picture's shorter side high,
 * or `least` (px of the canvas) where that is more and still leaves most of the picture free.
 */
export function drawWatermark(
  canvas: Canvas,
  width: number,
  height: number,
  lines: string[],
  least = 12,
): void {
  const size = watermarkSize(width, height, lines.length, least);
  const line = Math.round(size * LINE);
  const pad = Math.round(size * 0.6);
  canvas.save();
  canvas.font = `${size}px ${FONT}`;
  canvas.textBaseline = "top";
  const wide = Math.max(...lines.map((text) => canvas.measureText(text).width));
  const tall = line * lines.length + pad;
  canvas.fillStyle = "rgba(0, 0, 0, 0.55)";
  canvas.fillRect(0, height - tall - pad, Math.min(width, wide + pad * 2), tall + pad);
  canvas.fillStyle = "#FFFFFF";
  lines.forEach((text, at) => canvas.fillText(text, pad, height - tall + line * at));
  canvas.restore();
}

/** All lines together never take more than three eighths of the picture's height. */
function watermarkSize(width: number, height: number, lines: number, least: number): number {
  const size = Math.max(12, Math.round(Math.min(width, height) / 32));
  const most = Math.floor((height * 3) / 8 / (LINE * (lines + 1)));
  return Math.max(size, Math.min(Math.round(least), most));
}

/** Arrows, boxes and words over a picture of this size; coordinates are thousandths of it. */
export function drawMarks(canvas: Canvas, width: number, height: number, marks: readonly Mark[]): void {
  const stroke = Math.max(3, Math.round(Math.min(width, height) / 160));
  canvas.save();
  canvas.lineJoin = "round";
  for (const mark of marks) {
    const [ink, edge] = COLOURS[mark.colour ?? "red"];
    const [x1, x2] = [mark.x1, mark.x2].map((x) => (x * width) / 1000) as [number, number];
    const [y1, y2] = [mark.y1, mark.y2].map((y) => (y * height) / 1000) as [number, number];
    if (mark.shape === "text") {
      canvas.fillStyle = ink;
      canvas.strokeStyle = edge;
      drawWords(canvas, mark.text ?? "", x1, y1, Math.max(14, Math.round(Math.min(width, height) / 22)));
      continue;
    }
    for (const [colour, wide] of [
      [edge, stroke * 2],
      [ink, stroke],
    ] as const) {
      canvas.strokeStyle = canvas.fillStyle = colour;
      canvas.lineWidth = wide;
      if (mark.shape === "box")
        canvas.strokeRect(Math.min(x1, x2), Math.min(y1, y2), Math.abs(x2 - x1), Math.abs(y2 - y1));
      else drawArrow(canvas, [x1, y1, x2, y2], stroke, colour === edge);
    }
  }
  canvas.restore();
}

/** The edge is drawn as an outline around the head as well. */
function drawArrow(
  canvas: Canvas,
  [x1, y1, x2, y2]: readonly [number, number, number, number],
  stroke: number,
  outline: boolean,
): void {
  const angle = Math.atan2(y2 - y1, x2 - x1);
  const head = stroke * 5;
  canvas.beginPath();
  canvas.moveTo(x1, y1);
  canvas.lineTo(x2 - head * 0.6 * Math.cos(angle), y2 - head * 0.6 * Math.sin(angle));
  canvas.stroke();
  canvas.beginPath();
  canvas.moveTo(x2, y2);
  canvas.lineTo(x2 - head * Math.cos(angle - 0.45), y2 - head * Math.sin(angle - 0.45));
  canvas.lineTo(x2 - head * Math.cos(angle + 0.45), y2 - head * Math.sin(angle + 0.45));
  canvas.closePath();
  if (outline) {
    canvas.lineWidth = stroke;
    canvas.stroke();
  } else canvas.fill();
}

/** In the colours that are set: the edge around, the ink inside. */
function drawWords(canvas: Canvas, text: string, x: number, y: number, size: number): void {
  canvas.save();
  canvas.font = `bold ${size}px ${FONT}`;
  canvas.textBaseline = "top";
  canvas.lineWidth = Math.max(3, size / 5);
  canvas.strokeText(text, x, y);
  canvas.fillText(text, x, y);
  canvas.restore();
}
