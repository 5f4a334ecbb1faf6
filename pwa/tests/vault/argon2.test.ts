/** One password, two ways to stretch it: by WebAssembly, and in plain JavaScript where the page may not run any. */
import { afterEach, describe, expect, it, vi } from "vitest";
import { stretcher } from "../../src/app/stretcher";
import type { PasswordStretcher } from "../../src/app/ports";
import { COST } from "../../src/vault/keys";
import { Profile } from "../phone/effects";
import { LI, office, PASSWORD, shelfOf } from "../phone/people";

const SALT = Uint8Array.from({ length: 16 }, (_, at) => at);
/** The real cost in plain JavaScript takes seconds on a busy machine. */
const PATIENCE = { timeout: 60_000 };
/** Small, so that the plain way is quick here; the real cost is tried once. */
const LIGHT = { memory: 64, passes: 2, lanes: 1 };

/** A fresh module, as a page that just loaded: hash-wasm keeps what it once compiled. */
async function page(): Promise<PasswordStretcher> {
  vi.resetModules();
  const { argon2id } = await import("../../src/app/argon2");
  return { stretch: argon2id };
}

function refuse(): void {
  const refused = (): never => {
    throw new WebAssembly.CompileError("Wasm code generation disallowed by embedder");
  };
  vi.spyOn(WebAssembly, "compile").mockImplementation(refused);
  vi.spyOn(WebAssembly, "instantiate").mockImplementation(refused);
}

async function hex(one: PasswordStretcher, cost = LIGHT, password = PASSWORD): Promise<string> {
  return Buffer.from(await one.stretch(password, SALT, cost)).toString("hex");
}

afterEach(() => vi.restoreAllMocks());

describe("a password", () => {
  it("gives the same key with WebAssembly and without", PATIENCE, async () => {
    const quick = await page();
    const [light, real, chinese] = [
      await hex(quick),
      await hex(quick, COST),
      await hex(quick, LIGHT, "昆阳的雨"),
    ];
    refuse();
    const plain = await page();
    expect(await hex(plain)).toBe(light);
    expect(await hex(plain, COST)).toBe(real);
    expect(await hex(plain, LIGHT, "昆阳的雨")).toBe(chinese);
    expect(WebAssembly.compile).toHaveBeenCalled();
  });

  it("opens a vault that was made the other way", PATIENCE, async () => {
    const profile = new Profile();
    const enrolment = { login: LI.login, password: PASSWORD, person: LI, office: office.jwk };
    await shelfOf(profile.tab({ stretcher: await page() })).create(enrolment);
    refuse();
    const shelf = shelfOf(profile.tab({ stretcher: await page() }));
    expect((await shelf.unlock(LI.login, PASSWORD)).person.name).toBe(LI.name);
    await expect(shelf.unlock(LI.login, "falsch")).rejects.toMatchObject({ code: "wrong_password" });
  });
});

describe("the worker that stretches", () => {
  class Told {
    onmessage: ((event: { data: Uint8Array | null }) => void) | null = null;
    onerror: (() => void) | null = null;
    ended = false;
    constructor(private readonly answers: boolean) {}
    postMessage(): void {
      queueMicrotask(() =>
        this.answers ? this.onmessage?.({ data: new Uint8Array(32).fill(7) }) : this.onerror?.(),
      );
    }
    terminate(): void {
      this.ended = true;
    }
  }

  it("is ended with the password in its memory as soon as it has answered", async () => {
    const worker = new Told(true);
    const key = await stretcher(() => worker as unknown as Worker).stretch(PASSWORD, SALT, LIGHT);
    expect(key[0]).toBe(7);
    expect(worker.ended).toBe(true);
  });

  it("that does not start, dies, or cannot, leaves the work to the page", async () => {
    const expected = await hex(await page());
    const none = stretcher(() => {
      throw new TypeError("module scripts are not supported");
    });
    const dead = stretcher(() => new Told(false) as unknown as Worker);
    const unable = new Told(true);
    unable.postMessage = () => queueMicrotask(() => unable.onmessage?.({ data: null }));
    const told = stretcher(() => unable as unknown as Worker);
    expect([await hex(none), await hex(dead), await hex(told)]).toEqual([expected, expected, expected]);
  });
});
