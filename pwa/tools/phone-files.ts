import type { Plugin } from "vite";

interface PrecacheEntry {
  url: string;
}

interface BuiltChunk {
  type: "chunk";
  isEntry: boolean;
  facadeModuleId: string | null;
  moduleIds: string[];
  imports: string[];
  dynamicImports: string[];
  viteMetadata?: { importedCss: Set<string>; importedAssets: Set<string> };
}

/**
 * Which built files the phone needs offline: everything that can be reached from the entry without passing
 * through a module of `notFrom` (the office and its words, which are never in the phone's precache).
 *
 * `plugin` learns the module graph while Vite writes it; `transform` then filters the precache manifest.
 * Files outside assets/ (index.html, icons) always stay.
 */
export function phoneFiles(options: { notFrom: readonly string[] }): {
  plugin: Plugin;
  transform: (entries: (PrecacheEntry & { revision: string | null; size: number })[]) => {
    manifest: (PrecacheEntry & { revision: string | null; size: number })[];
    warnings: string[];
  };
} {
  const needed = new Set<string>();

  const plugin: Plugin = {
    name: "suicha-phone-files",
    apply: "build",
    // Workers and the service worker are bundled on their own and are not chunks here.
    writeBundle(_output, bundle) {
      const chunks = bundle as unknown as Record<string, BuiltChunk | { type: "asset" }>;
      const waiting = Object.keys(chunks).filter((name) => isEntry(chunks[name]));
      const seen = new Set<string>();
      while (waiting.length > 0) {
        const name = waiting.pop()!;
        const chunk = chunks[name];
        if (seen.has(name) || chunk?.type !== "chunk" || isOutside(chunk)) continue;
        seen.add(name);
        needed.add(name);
        for (const file of chunk.viteMetadata?.importedCss ?? []) needed.add(file);
        for (const file of chunk.viteMetadata?.importedAssets ?? []) needed.add(file);
        waiting.push(...chunk.imports, ...chunk.dynamicImports);
      }
      // A worker is emitted as an asset; all workers belong to the phone.
      for (const name of Object.keys(chunks)) if (/worker/i.test(name)) needed.add(name);
    },
  };

  function isEntry(chunk: BuiltChunk | { type: "asset" } | undefined): boolean {
    return chunk?.type === "chunk" && chunk.isEntry;
  }

  function isOutside(chunk: BuiltChunk): boolean {
    const module = chunk.facadeModuleId;
    return module !== null && options.notFrom.some((part) => module.includes(part));
  }

  return {
    plugin,
    transform: (entries) => ({
      manifest: entries.filter((entry) => !entry.url.startsWith("assets/") || needed.has(entry.url)),
      warnings: [],
    }),
  };
}
