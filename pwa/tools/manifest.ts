import type { ManifestOptions } from "vite-plugin-pwa";

/** What the phone shows when the app is installed. Colours repeat tokens.css: a manifest cannot read it. */
export const manifest: Partial<ManifestOptions> = {
  id: "/",
  name: "随查 · 双随机检查",
  short_name: "随查",
  description: "县级公安机关“双随机、一公开”现场检查",
  lang: "zh-CN",
  dir: "ltr",
  start_url: "/",
  scope: "/",
  display: "standalone",
  orientation: "any",
  background_color: "#12326B",
  theme_color: "#12326B",
  categories: ["government", "productivity"],
  icons: [
    { src: "/icons/icon-192.png", sizes: "192x192", type: "image/png", purpose: "any" },
    { src: "/icons/icon-512.png", sizes: "512x512", type: "image/png", purpose: "any" },
    { src: "/icons/maskable-192.png", sizes: "192x192", type: "image/png", purpose: "maskable" },
    { src: "/icons/maskable-512.png", sizes: "512x512", type: "image/png", purpose: "maskable" },
  ],
};
