/**
 * The one way to the server: JSON over fetch, problem+json as ApiError, CSRF header on every non-GET, a time limit on
 * every request. No request leaves the page by any other door; the service worker never touches a non-GET.
 */
import type { Clock, Effects } from "../app/ports";
import { fromUtf8 } from "../vault/encoding";
import { Refusal } from "../vault/refusal";
import type { ApiClient, Problem, SessionAnswer } from "./types";

/** The server answered, and said no. `retryAfter` in ms where it asked for patience. */
export class ApiError extends Refusal {
  constructor(
    readonly status: number,
    readonly problem: Problem,
    readonly retryAfter: number | null,
  ) {
    super(problem.code, {}, problem.title);
    this.name = "ApiError";
  }
}

/** No answer: no network, the server is away, or the answer was cut off. What was sent may have arrived. */
export class Unreachable extends Refusal {
  constructor() {
    super("network_unreachable");
    this.name = "Unreachable";
  }
}

/** A whole answer: headers and body arrived before the time limit. */
export interface HttpAnswer {
  status: number;
  headers: Headers;
  body: ArrayBuffer;
}

export interface HttpRequest {
  method: "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE";
  path: string;
  headers?: Record<string, string>;
  body?: BodyInit | null;
  /** ms; default 30 s. */
  limit?: number;
}

const LIMIT_MS = 30_000;
const BLOB_LIMIT_MS = 180_000;
const FILE_LIMIT_MS = 3_600_000;

export interface HttpEffects {
  fetch: Effects["fetch"];
  clock: Clock;
  /** BCP 47 tag for the sentences of refusals. */
  language: () => string;
}

export class Http implements ApiClient {
  /** Token of the open session; set by whoever reads /api/session. */
  csrf: string | null = null;
  /** Whose session that is. */
  person: string | null = null;
  /** Told when the server says that the session is over (401), whatever asked. */
  onSignedOut: () => void = () => undefined;
  /** Told when the session is not the one it was: somebody has signed in in another tab. */
  onOtherSession: () => void = () => undefined;
  private readonly open = new Set<AbortController>();

  constructor(
    private readonly effects: HttpEffects,
    private readonly base = "",
  ) {}

  /** The whole answer for 2xx; throws ApiError or Unreachable for everything else. */
  async send(request: HttpRequest): Promise<HttpAnswer> {
    const answer = await this.raw(request);
    if (answer.status >= 200 && answer.status < 300) return answer;
    throw this.refused(answer);
  }

  /** What a refused answer says; whoever keeps the session hears of it when it is about that. */
  refused(answer: HttpAnswer): ApiError | Unreachable {
    const error = refusalOf(answer, this.effects.clock.now());
    if (error.code === "signed_out") this.onSignedOut();
    if (error.code === "csrf_failed" || error.code === "other_person") this.onOtherSession();
    return error;
  }

  /** A JSON call. A session token that went stale (the same person signed in in another tab) is fetched anew, once. */
  async json<T>(method: HttpRequest["method"], path: string, body?: unknown, limit?: number): Promise<T> {
    const request: HttpRequest = { method, path, limit };
    if (body !== undefined) {
      request.body = JSON.stringify(body);
      request.headers = { "Content-Type": "application/json" };
    }
    return parsed<T>(await this.sendFresh(request));
  }

  get<T>(path: string, query: Record<string, string | number | boolean | null | undefined> = {}): Promise<T> {
    return this.json<T>("GET", path + search(query));
  }

  post<T>(path: string, body: unknown = {}): Promise<T> {
    return this.json<T>("POST", path, body);
  }

  put<T>(path: string, body: unknown = {}): Promise<T> {
    return this.json<T>("PUT", path, body);
  }

  delete<T>(path: string, body?: unknown): Promise<T> {
    return this.json<T>("DELETE", path, body);
  }

  async blob(path: string, options: { method?: "GET" | "POST"; body?: unknown } = {}): Promise<Blob> {
    const request: HttpRequest = { method: options.method ?? "GET", path, limit: BLOB_LIMIT_MS };
    if (options.body !== undefined) {
      request.body = JSON.stringify(options.body);
      request.headers = { "Content-Type": "application/json" };
    }
    const { headers, body } = await this.sendFresh(request);
    return new Blob([body], { type: headers.get("Content-Type") ?? "application/octet-stream" });
  }

  async upload<T>(path: string, file: Blob, fields: Record<string, string> = {}): Promise<T> {
    const form = new FormData();
    for (const [name, value] of Object.entries(fields)) form.append(name, value);
    form.append("file", file);
    return parsed<T>(await this.sendFresh({ method: "POST", path, body: form, limit: BLOB_LIMIT_MS }));
  }

  async uploadParts<T>(path: string, parts: Record<string, Blob>): Promise<T> {
    const form = new FormData();
    for (const [name, part] of Object.entries(parts)) form.append(name, part);
    return parsed<T>(await this.sendFresh({ method: "POST", path, body: form, limit: BLOB_LIMIT_MS }));
  }

  async sendFile<T>(path: string, file: Blob): Promise<T> {
    const headers = { "Content-Type": "application/octet-stream" };
    return parsed<T>(
      await this.sendFresh({ method: "POST", path, headers, body: file, limit: FILE_LIMIT_MS }),
    );
  }

  private async sendFresh(request: HttpRequest): Promise<HttpAnswer> {
    try {
      return await this.send(request);
    } catch (thrown) {
      if (!(thrown instanceof ApiError) || thrown.code !== "csrf_failed") throw thrown;
      const { csrf, person } = await this.get<Pick<SessionAnswer, "csrf" | "person">>("/api/session");
      // Nobody acts in the name of whoever signed in after him.
      if (csrf === null || csrf === this.csrf || person?.id !== this.person) throw thrown;
      this.csrf = csrf;
      return this.send(request);
    }
  }

  /** Cuts off everything that is under way: whoever asked has left. */
  abandon(): void {
    for (const stop of this.open) stop.abort();
  }

  /** Any answer, also a refusing one; throws Unreachable only. For protocols that speak by status (tus). */
  async raw({ method, path, headers, body, limit = LIMIT_MS }: HttpRequest): Promise<HttpAnswer> {
    const stop = new AbortController();
    const cancel = this.effects.clock.after(limit, () => stop.abort());
    this.open.add(stop);
    try {
      const answer = await this.effects.fetch(this.base + path, {
        method,
        headers: { ...this.standing(method), ...headers },
        body: body ?? null,
        credentials: "same-origin",
        cache: "no-store",
        redirect: "error",
        signal: stop.signal,
      });
      // The limit covers the body too: on a bad line it is the body that never ends.
      return { status: answer.status, headers: answer.headers, body: await answer.arrayBuffer() };
    } catch {
      throw new Unreachable();
    } finally {
      cancel();
      this.open.delete(stop);
    }
  }

  private standing(method: HttpRequest["method"]): Record<string, string> {
    const standing: Record<string, string> = {
      Accept: "application/json",
      "Accept-Language": this.effects.language(),
    };
    if (method !== "GET" && method !== "HEAD" && this.csrf !== null) standing["X-CSRF-Token"] = this.csrf;
    return standing;
  }
}

/** JSON of an answer; nothing for an empty one. A body that was cut off is no answer. */
function parsed<T>({ body }: HttpAnswer): T {
  if (body.byteLength === 0) return null as T;
  try {
    return JSON.parse(fromUtf8(body)) as T;
  } catch {
    throw new Unreachable();
  }
}

function search(query: Record<string, string | number | boolean | null | undefined>): string {
  const pairs = Object.entries(query).filter(
    ([, value]) => value !== null && value !== undefined && value !== "",
  );
  if (pairs.length === 0) return "";
  return "?" + pairs.map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`).join("&");
}

/** What a refused answer says; proxies and captive portals that speak no problem+json count as a server that is away. */
export function refusalOf(answer: HttpAnswer, now: number): ApiError | Unreachable {
  const retryAfter = patience(answer.headers.get("Retry-After"), now);
  const problem = problemOf(answer);
  if (problem !== null) return new ApiError(answer.status, problem, retryAfter);
  if (answer.status === 429 || answer.status === 503) {
    const code = answer.status === 429 ? "too_many_tries" : "server_busy";
    return new ApiError(answer.status, { title: "", status: answer.status, code }, retryAfter);
  }
  return new Unreachable();
}

function problemOf({ status, headers, body }: HttpAnswer): Problem | null {
  if (!(headers.get("Content-Type") ?? "").startsWith("application/problem+json")) return null;
  try {
    const told = JSON.parse(fromUtf8(body)) as Partial<Problem>;
    if (typeof told.code !== "string") return null;
    return { ...told, code: told.code, title: told.title ?? "", status };
  } catch {
    return null;
  }
}

/** Retry-After in ms: seconds or an HTTP date. */
export function patience(header: string | null, now: number): number | null {
  if (header === null) return null;
  if (/^\d{1,6}$/.test(header)) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? null : Math.max(0, date - now);
}
