/**
 * From an empty page to the first screen: words, the container, who is here, then the router and the app.
 * A failure on the way is told in words on the page, never as a blank screen.
 */
import { createApp } from "vue";
import { say, speakAsBefore } from "@/locales";
import App from "./App.vue";
import { loadWorkshop } from "./bench";
import { keepBadge } from "./badge";
import { createSuicha, provideSuicha } from "./container";
import { watchInstallation } from "./install";
import { dressPage } from "./preferences";
import { createAppRouter, fetchTasks } from "./router";
import { startUpdates } from "./update";

export async function boot(root: HTMLElement): Promise<void> {
  dressPage();
  watchInstallation();
  const app = createApp(App);
  await speakAsBefore();
  const suicha = createSuicha();
  provideSuicha(app, suicha);
  const started = suicha.session.start();
  const router = createAppRouter(suicha);
  await started;
  app.use(router);
  await router.isReady().catch(() => router.replace("/"));
  root.textContent = "";
  app.mount(root);
  keepBadge(suicha);
  void startUpdates();
  afterPaint(() => {
    // What the vault and its first page need comes while the password is being typed.
    const ahead: Promise<unknown>[] = [loadWorkshop()];
    if (suicha.session.state.value.vaultsHere > 0) ahead.push(fetchTasks());
    Promise.all(ahead).catch(() => undefined);
  });
}

/** Once what stands in the page is on the screen; a page in the background is not painted, and does it soon. */
function afterPaint(work: () => void): void {
  const soon = setTimeout(work, 1_000);
  requestAnimationFrame(() => {
    clearTimeout(soon);
    setTimeout(work);
  });
}

/** The last word when the app cannot start at all. */
export function tellFailure(root: HTMLElement): void {
  root.textContent = "";
  const box = document.createElement("div");
  box.className = "boot";
  box.setAttribute("role", "alert");
  const words = document.createElement("p");
  words.className = "boot__text";
  words.textContent = say("app.cannot_start");
  const again = document.createElement("button");
  again.className = "sc-button sc-button--main";
  again.textContent = say("app.reload");
  again.addEventListener("click", () => location.reload());
  box.append(words, again);
  root.append(box);
}
