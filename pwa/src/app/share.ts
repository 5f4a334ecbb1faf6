/** A file out of the app: the share sheet on phones that can share files, the downloads elsewhere. */
export async function shareOrDownload(file: File): Promise<boolean> {
  const sharing = navigator as Navigator & { canShare?: (data: ShareData) => boolean };
  const data: ShareData = { files: [file], title: file.name };
  if (typeof sharing.share === "function" && sharing.canShare?.(data) === true) {
    try {
      await sharing.share(data);
      return true;
    } catch (thrown) {
      // The person closed the sheet; anything else (a kernel that only claims to share) falls back to a download.
      if (thrown instanceof DOMException && thrown.name === "AbortError") return false;
    }
  }
  download(file);
  return true;
}

function download(file: File): void {
  const url = URL.createObjectURL(file);
  const link = document.createElement("a");
  link.href = url;
  link.download = file.name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
