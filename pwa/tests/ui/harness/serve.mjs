/**
 * The screens with an invented bureau behind them, for looking at: `node tests/ui/harness/serve.mjs [port] [built]`;
 * with `built` they come out of dist with the service worker, so that the network can be switched off.
 * The checklists are read by the server's own Python (PYTHON, default ../.venv/bin/python), or out of the JSON file
 * that DEFINITIONS names.
 */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer, preview } from "vite";

const port = Number(process.argv[2] ?? 5199);
const script = `
import json
from server.platform.definitions import load_definition
from server.core.checklist.build import switched_on
names = ["hotel-real-name", "precursor-chemicals"]
print(json.dumps([switched_on(load_definition(name)) for name in names]))
`;
function byPython() {
  const python = process.env.PYTHON ?? new URL("../../../../.venv/bin/python", import.meta.url).pathname;
  const cwd = new URL("../../../../", import.meta.url);
  return execFileSync(python, ["-c", script], { cwd, maxBuffer: 2 ** 26 });
}

const { DEFINITIONS } = process.env;
const definitions = JSON.parse((DEFINITIONS ? readFileSync(DEFINITIONS) : byPython()).toString());

function bodyOf(request) {
  return new Promise((done) => {
    const parts = [];
    request.on("data", (part) => parts.push(part));
    request.on("end", () => done(Buffer.concat(parts)));
  });
}

function cookieOf(request, response) {
  const known = /harness=([^;]+)/.exec(request.headers.cookie ?? "")?.[1];
  if (known) return known;
  const made = crypto.randomUUID();
  response.setHeader("Set-Cookie", `harness=${made}; Path=/`);
  return made;
}

/** Answers /api in front of `server`; the bureau is TypeScript and is loaded by `loader`. */
function answer(server, loader) {
  let bureau;
  server.middlewares.use("/api", async (request, response) => {
    bureau ??= new (await loader().ssrLoadModule("/tests/ui/harness/bureau.ts")).Bureau(definitions);
    const body = await bodyOf(request);
    const headers = Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [WRITTEN[name] ?? name, value]),
    );
    const init = { method: request.method, headers, body: body.length ? body : undefined };
    const given = await bureau.call(cookieOf(request, response), `/api${request.url}`, init);
    response.statusCode = given.status;
    given.headers.forEach((value, name) => response.setHeader(name, value));
    response.end(Buffer.from(await given.arrayBuffer()));
  });
}

/** The phone tests' server knows headers as they are written. */
const WRITTEN = {
  "x-csrf-token": "X-CSRF-Token",
  "upload-offset": "Upload-Offset",
  "upload-length": "Upload-Length",
  "upload-metadata": "Upload-Metadata",
};

if (process.argv[3] === "built") {
  const loader = await createServer({ server: { middlewareMode: true, hmr: false }, appType: "custom" });
  const plugin = { name: "bureau", configurePreviewServer: (server) => answer(server, () => loader) };
  await preview({ plugins: [plugin], preview: { port, strictPort: true, proxy: {} } });
} else {
  const plugin = { name: "bureau", configureServer: (server) => answer(server, () => server) };
  const server = await createServer({
    plugins: [plugin],
    server: { port, strictPort: true, proxy: {}, hmr: false },
  });
  await server.listen();
}
process.stdout.write(`http://127.0.0.1:${port}\n`);
