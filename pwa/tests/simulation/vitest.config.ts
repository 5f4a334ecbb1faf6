/** The simulation by itself, perhaps with one planted bug (MUTANT: its name): `make simulate` and plant.mjs. */
import { resolve } from "node:path";
import vue from "@vitejs/plugin-vue";
import { defineConfig } from "vitest/config";
import MUTANTS from "./mutants.json" with { type: "json" };

const PWA = resolve(import.meta.dirname, "../..");
const planted = MUTANTS.find(({ name }) => name === process.env.MUTANT);

export default defineConfig({
  root: PWA,
  plugins: [
    vue(),
    {
      name: "plant",
      enforce: "pre",
      transform(code, id) {
        if (planted === undefined || id !== resolve(PWA, planted.file)) return null;
        if (code.split(planted.find).length !== 2) throw new Error(`nowhere to plant: ${planted.name}`);
        return code.replace(planted.find, () => planted.put);
      },
    },
  ],
  resolve: {
    alias: [
      { find: "@", replacement: resolve(PWA, "src") },
      // As it is shipped (vite.config.ts).
      { find: /^dexie$/, replacement: "dexie/dist/modern/dexie.mjs" },
    ],
  },
  test: {
    include: ["tests/simulation/*.test.ts"],
    environment: "node",
    restoreMocks: true,
    // Lives make much that dies young, and errors by the thousand of which nobody reads the traces.
    execArgv: ["--max-semi-space-size=64", "--single-threaded-gc", "--stack-trace-limit=5"],
  },
});
