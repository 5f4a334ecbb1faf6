/** Installation on the home screen: the browser's offer is kept until the person asks for it. */
import { shallowRef } from "vue";

interface InstallOffer extends Event {
  prompt(): Promise<void>;
  readonly userChoice: Promise<{ outcome: "accepted" | "dismissed" }>;
}

/** True while the browser would install the app on a tap. */
export const canInstall = shallowRef(false);
let offer: InstallOffer | undefined;

export function watchInstallation(): void {
  window.addEventListener("beforeinstallprompt", (event) => {
    event.preventDefault();
    offer = event as InstallOffer;
    canInstall.value = true;
  });
  window.addEventListener("appinstalled", () => {
    offer = undefined;
    canInstall.value = false;
  });
}

/** Shows the browser's own question. */
export async function install(): Promise<boolean> {
  if (offer === undefined) return false;
  await offer.prompt();
  const { outcome } = await offer.userChoice;
  offer = undefined;
  canInstall.value = false;
  return outcome === "accepted";
}
