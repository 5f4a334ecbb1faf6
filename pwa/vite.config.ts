import { resolve } from "node:path";
import vue from "@vitejs/plugin-vue";
import { defineConfig } from "vite";
import { VitePWA } from "vite-plugin-pwa";
import type { NodeTransform } from "@vue/compiler-core";
import { manifest } from "./tools/manifest.ts";
import { phoneFiles } from "./tools/phone-files.ts";
import { withoutFormMemory } from "./tools/no-form-memory.ts";
import { withoutVantFont } from "./tools/without-vant-font.ts";

const aside = ["office", "room", "proof"].flatMap((area) => [`/src/${area}/`, `/${area}.json`]);
const phone = phoneFiles({ notFrom: aside });

/**
 * What always comes together travels as one file: each file more costs a slow phone two hundredths of a second on its
 * way out of the service worker. First what the entry needs; then what stands behind the password, without the few
 * modules that the public pages need too.
 */
const together = [
  { name: "first", tags: ["$initial" as const], priority: 3 },
  {
    name: "public",
    test: /\/src\/(core\/(canonical|calendar|shapes|uuid5)\.ts|ui\/Skeleton\.vue)/,
    priority: 2,
  },
  { name: "tasks", test: /\/src\/(app\/workshop\.ts|field\/tasks\/(TaskList|PullDown)\.vue)/, priority: 1 },
];

export default defineConfig({
  plugins: [
    withoutVantFont(),
    // Every component of ours, Vant's and Element Plus' is written with setup: the older API stays out.
    vue({
      features: { optionsAPI: false },
      template: { compilerOptions: { nodeTransforms: [withoutFormMemory as NodeTransform] } },
    }),
    phone.plugin,
    VitePWA({
      strategies: "injectManifest",
      srcDir: "src",
      filename: "sw.ts",
      injectRegister: false,
      registerType: "prompt",
      manifest,
      injectManifest: {
        globPatterns: ["index.html", "icons/*.{svg,png}", "assets/*.{js,css,wasm}"],
        manifestTransforms: [phone.transform],
        maximumFileSizeToCacheInBytes: 1_500_000,
      },
    }),
  ],
  // So that a worker, too, loads only what it needs.
  worker: { format: "es" },
  resolve: {
    alias: [
      { find: "@", replacement: resolve(import.meta.dirname, "src") },
      // The same library without the helpers for browsers older than ours: 9 kB less on the wire.
      { find: /^dexie$/, replacement: "dexie/dist/modern/dexie.mjs" },
    ],
  },
  build: {
    // Chromium 87 is what Huawei's and 360's browsers are built on; features beyond it are detected.
    target: "chrome87",
    cssTarget: "chrome87",
    sourcemap: false,
    // Inlined files would need data: in the content security policy.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1_500,
    rolldownOptions: { output: { codeSplitting: { groups: together } } },
  },
  server: {
    proxy: { "/api": { target: "http://127.0.0.1:8000", changeOrigin: false } },
  },
});
