/**
 * The phone's side of files and of vault recovery, driven from outside: reads [{do, …}] as JSON on stdin, writes the
 * answers as JSON. Bytes are base64url. tests/stages/test_roads_twin.py compares them with Python's.
 */
import { webcrypto } from "node:crypto";
import { resolve } from "node:path";
import { runnerImport } from "vite";

const src = resolve(import.meta.dirname, "../../src");
const load = async (file) =>
  (await runnerImport(resolve(src, file), { logLevel: "silent", configFile: false })).module;
const packet = await load("vault/packet.ts");
const recovery = await load("vault/recovery.ts");
const { base64url, fromBase64url, fromUtf8 } = await load("vault/encoding.ts");
const { subtle } = webcrypto;
const random = { bytes: (length) => webcrypto.getRandomValues(new Uint8Array(length)) };
const SIGNING = { name: "ECDSA", namedCurve: "P-256" };
const SIGNATURE = { name: "ECDSA", hash: "SHA-256" };
const SHARING = { name: "ECDH", namedCurve: "P-256" };

const deeds = {
  async write({ key, kind, from, to, at, reader, parts }) {
    const own = await subtle.importKey("pkcs8", fromBase64url(key), SIGNING, false, ["sign"]);
    const sign = async (bytes) => new Uint8Array(await subtle.sign(SIGNATURE, own, bytes));
    const how = { subtle, random, kind, from, to, at, reader, sign };
    const file = await packet.writePacket(
      how,
      parts.map((part) => async () => fromBase64url(part)),
    );
    return base64url(new Uint8Array(await file.arrayBuffer()));
  },
  async read({ key, id, senders, file }) {
    const own = {
      id,
      key: await subtle.importKey("pkcs8", fromBase64url(key), SHARING, false, ["deriveBits"]),
    };
    const sender = (from) => senders[from] ?? null;
    try {
      const opened = await packet.readPacket({ subtle, own, sender }, new Blob([fromBase64url(file)]));
      const parts = opened.header.parts.map((_, number) => opened.part(number));
      return { header: opened.header, parts: (await Promise.all(parts)).map((part) => fromUtf8(part)) };
    } catch (thrown) {
      return { error: thrown.code };
    }
  },
  seal: ({ office, content, device }) =>
    recovery.sealForOffice(subtle, random, office, fromBase64url(content).buffer, device),
  request: ({ request, device }) => recovery.requestCode(fromBase64url(request), device),
  async recover({ code, request, device }) {
    try {
      return base64url(await recovery.fromRecoveryCode(subtle, code, fromBase64url(request), device));
    } catch (thrown) {
      return { error: thrown.code };
    }
  },
};

let text = "";
for await (const chunk of process.stdin) text += chunk;
const answers = [];
for (const { do: deed, ...given } of JSON.parse(text)) answers.push(await deeds[deed](given));
process.stdout.write(JSON.stringify(answers));
