/**
 * The screens with an invented bureau behind them, for looking at: `node tests/ui/harness/serve.mjs [port]`.
 * The checklists are read by the server's own Python (PYTHON, default ../.venv/bin/python).
 */
import { execFileSync } from "node:child_process";
import { createServer } from "vite";

const port = Number(process.argv[2] ?? 5199);
const script = `
import json
from server.platform.definitions import load_definition
from server.core.checklist.build import switched_on
names = ["hotel-real-name", "precursor-chemicals"]
print(json.dumps([switched_on(load_definition(name)) for name in names]))
`;
const python = process.env.PYTHON ?? new URL("../../../../.venv/bin/python", import.meta.url).pathname;
const definitions = JSON.parse(
  execFileSync(python, ["-c", script], { cwd: new URL("../../../../", import.meta.url), maxBuffer: 2 ** 26 }).toString(),
);

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

const answering = {
  name: "harness-bureau",
  configureServer(server) {
    let bureau;
    server.middlewares.use("/api", async (request, response) => {
      bureau ??= new (await server.ssrLoadModule("/tests/ui/harness/bureau.ts")).Bureau(definitions);
      const body = await bodyOf(request);
      const names = { "x-csrf-token": "X-CSRF-Token", "upload-offset": "Upload-Offset", "upload-length": "Upload-Length", "upload-metadata": "Upload-Metadata" };
      const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [names[name] ?? name, value]));
      const init = { method: request.method, headers, body: body.length ? body : undefined };
      const answer = await bureau.call(cookieOf(request, response), `/api${request.url}`, init);
      response.statusCode = answer.status;
      answer.headers.forEach((value, name) => response.setHeader(name, value));
      response.end(Buffer.from(await answer.arrayBuffer()));
    });
  },
};

const server = await createServer({ plugins: [answering], server: { port, strictPort: true, proxy: {}, hmr: false } });
await server.listen();
process.stdout.write(`http://127.0.0.1:${port}\n`);
