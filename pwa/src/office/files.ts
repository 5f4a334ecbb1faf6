/** Hands a file from the server to the browser's download folder. */
export function saveFile(file: Blob, name: string): void {
  const url = URL.createObjectURL(file);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // The download has its own handle by the next turn of the event loop.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
