/** Turns a picture that was drawn on a phone held across back upright: a quarter anticlockwise, as PNG. */
export async function uprightPng(image: {
  bytes: ArrayBuffer;
  width: number;
  height: number;
}): Promise<{ bytes: ArrayBuffer; width: number; height: number }> {
  const source = await createImageBitmap(new Blob([image.bytes], { type: "image/png" }));
  const canvas = document.createElement("canvas");
  canvas.width = source.height;
  canvas.height = source.width;
  const pen = canvas.getContext("2d");
  if (pen === null) throw new Error("no 2d context");
  pen.translate(0, canvas.height);
  pen.rotate(-Math.PI / 2);
  pen.drawImage(source, 0, 0);
  source.close();
  const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/png"));
  if (blob === null) throw new Error("no picture");
  return { bytes: await blob.arrayBuffer(), width: canvas.width, height: canvas.height };
}
