import { resolve } from "node:path";
import vue from "@vitejs/plugin-vue";
import { defineConfig } from "vitest/config";

export default defineConfig({
  plugins: [vue()],
  resolve: { alias: { "@": resolve(import.meta.dirname, "src") } },
  test: {
    include: ["tests/**/*.test.ts"],
    environment: "node",
    restoreMocks: true,
    // The two longest files wait for a server most of the time: one core left over would be one left idle.
    maxWorkers: "100%",
    // So that a story can begin before it has compiled its module.
    server: { deps: { inline: ["hash-wasm"] } },
  },
});
