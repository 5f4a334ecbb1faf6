/**
 * The line between one phone and the bureau: cookies, and everything that can go wrong on the way. Its fortune comes
 * from the seed, so that a seed reproduces.
 */
import { BureauDied, type Bureau, type WireAnswer, type WireCall } from "./bureau";
import type { Dice } from "./dice";

/** How bad the line is: weights of what becomes of a request. */
export interface Weather {
  well: number;
  lost: number;
  answerLost: number;
  cut: number;
  twice: number;
  late: number;
  busy: number;
  /** Somebody else's page with status 200: the hotel's own wireless network. */
  portal: number;
  /** The server's disk is full at some write of this request. */
  noRoom: number;
  /** A byte of a photo arrives as another: bad memory on the way. */
  flipped: number;
  /** The line breaks in the midst of a photo; what is small slips through. */
  tunnel: number;
  /** Half of the answer's body, and a status that says all is well. */
  half: number;
  /** The server dies at some write of this request. */
  crash: number;
}

export const CALM: Weather = {
  well: 1,
  lost: 0,
  answerLost: 0,
  cut: 0,
  twice: 0,
  late: 0,
  busy: 0,
  portal: 0,
  noRoom: 0,
  flipped: 0,
  tunnel: 0,
  half: 0,
  crash: 0,
};
export const ROUGH: Weather = {
  well: 70,
  lost: 6,
  answerLost: 6,
  cut: 6,
  twice: 4,
  late: 4,
  busy: 3,
  portal: 2,
  noRoom: 5,
  flipped: 1,
  tunnel: 0,
  half: 2,
  crash: 0,
};

const PORTAL = "<!doctype html><title>WiFi</title>";

export class Line {
  weather: Weather = CALM;
  up = true;
  /** Old requests that the network still holds and may deliver again, long after. */
  private readonly adrift: WireCall[] = [];
  private readonly cookies = new Map<string, string>();
  /** Requests that did not simply go there and back. */
  faults = 0;

  constructor(
    private readonly bureau: Bureau,
    private readonly dice: Dice,
  ) {}

  readonly fetch = async (url: string, init: RequestInit = {}): Promise<Response> => {
    if (!this.up) throw new TypeError("offline");
    const body = bytesOf(init.body ?? null);
    const headers = { ...(init.headers as Record<string, string> | undefined) };
    const call: WireCall = { method: init.method ?? "GET", path: url, headers, body };
    return this.travel(call);
  };

  /** The session's cookie is gone: the server does not know us any more. */
  forgetSession(): void {
    this.cookies.clear();
  }

  /** Something sent long ago arrives (again). */
  drift(): void {
    const [old] = this.adrift.splice(this.dice.below(this.adrift.length), 1);
    if (old !== undefined) this.attempt(old, null);
  }

  private travel(call: WireCall): Response {
    const fate = this.dice.weighted(this.weather);
    const met = isPhoto(call) || (fate !== "tunnel" && fate !== "flipped");
    if (fate !== "well" && met) this.faults += 1;
    if (fate === "lost") throw new TypeError("lost on the way");
    if (fate === "late") {
      if (call.method !== "GET") this.adrift.push(this.dressed(call));
      throw new TypeError("still on the way");
    }
    if (fate === "busy")
      return new Response("<h1>Bad gateway</h1>", { status: this.dice.pick([502, 503, 504]) });
    if (fate === "portal") return new Response(PORTAL, { headers: { "Content-Type": "text/html" } });
    if (fate === "cut" || (fate === "tunnel" && isPhoto(call))) {
      this.attempt(call, this.dice.below(call.body.length + 1));
      throw new TypeError("cut");
    }
    if (fate === "twice") this.attempt(call, null);
    if (fate === "noRoom")
      return responseOf(this.deliver(call, null, 0, 1 + this.dice.below(4)), call.method);
    if (fate === "flipped" && isPhoto(call)) call = this.flipped(call);
    const answer = this.deliver(call, null, fate === "crash" ? 1 + this.dice.below(25) : 0);
    if (fate === "answerLost") throw new TypeError("the answer was lost");
    if (fate === "half") answer.body = answer.body.slice(0, answer.body.length >> 1);
    return responseOf(answer, call.method);
  }

  /** Nobody waits for the answer. */
  private attempt(call: WireCall, cut: number | null): void {
    try {
      this.deliver(call, cut, 0);
    } catch (thrown) {
      if (!(thrown instanceof TypeError)) throw thrown;
    }
  }

  private flipped(call: WireCall): WireCall {
    const body = call.body.slice();
    const at = this.dice.below(body.length);
    body[at] = body[at]! ^ 1;
    return { ...call, body };
  }

  private deliver(call: WireCall, cut: number | null, crash: number, full = 0): WireAnswer {
    try {
      const answer = this.bureau.call(this.dressed(call), cut, crash, full);
      for (const [name, value] of answer.headers) if (name.toLowerCase() === "set-cookie") this.keep(value);
      return answer;
    } catch (thrown) {
      if (thrown instanceof BureauDied) throw new TypeError("connection reset");
      throw thrown;
    }
  }

  private dressed(call: WireCall): WireCall {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    return cookie === "" ? call : { ...call, headers: { ...call.headers, Cookie: cookie } };
  }

  private keep(header: string): void {
    const [pair] = header.split(";");
    const at = pair!.indexOf("=");
    const [name, value] = [pair!.slice(0, at), pair!.slice(at + 1)];
    if (value === "" || /expires=Thu, 01 Jan 1970/i.test(header)) this.cookies.delete(name);
    else this.cookies.set(name, value);
  }
}

function bytesOf(body: BodyInit | null): Uint8Array {
  if (body === null) return new Uint8Array();
  if (typeof body === "string") return new TextEncoder().encode(body);
  if (body instanceof ArrayBuffer) return new Uint8Array(body);
  throw new Error("a body that no phone sends");
}

function isPhoto({ headers, body }: WireCall): boolean {
  return body.length > 0 && headers["Content-Type"] === "application/offset+octet-stream";
}

function responseOf({ status, headers, body }: WireAnswer, method: string): Response {
  const empty = method === "HEAD" || status === 204 || status === 304;
  return new Response(empty ? null : body, { status, headers });
}
