/** Decides from measurements where a request goes, and reports back how it ended. No dependencies; Node 20 or newer. */

const FRESH_MS = 60_000, POLL_MS = 15_000, REPORT_MS = 20_000, TIMEOUT_MS = 10_000, SILENT_MS = 45_000;
const LATEST = 10, TRIP = 0.8, COOL_MS = 10_000, DOWN = 3, MOST_CODES = 30;
const OWN_FAULT = new Set([400, 401, 403, 404, 405, 413, 415, 422]);
const SEVERITY: Record<string, number> = {partial_outage: 1, under_maintenance: 2, major_outage: 3};

/**
 * What Groundtruth measures, kept in memory and renewed in the background; no request waits for it.
 * Everything fails open: word that is too old is no word.
 */
export class Truth {
  readonly #url: string;
  readonly #token: string;
  #states = new Map<string, string>();
  #readAt = -Infinity;
  #etag = "";
  #counts = new Map<string, Map<string, number>>();
  #stop: AbortController | null = null;
  #timer: ReturnType<typeof setInterval> | null = null;

  /** `url` such as http://127.0.0.1:8080; with a token outcomes are reported. */
  constructor(url: string, token = "") {
    this.#url = new URL(url).href.replace(/\/$/, "");
    this.#token = token;
  }

  /** Begin to listen and report. */
  start(): this {
    if (this.#stop) return this;
    this.#stop = new AbortController();
    void this.#listen(this.#stop.signal);
    this.#timer = setInterval(() => void this.flush(), REPORT_MS);
    // Neither keeps a program alive that has ended.
    (this.#timer as {unref?: () => void}).unref?.();
    return this;
  }

  /** Report what is left, and stop. */
  async close(): Promise<void> {
    this.#stop?.abort();
    this.#stop = null;
    if (this.#timer) clearInterval(this.#timer);
    await this.flush();
  }

  /** Such as `operational` or `major_outage`; undefined where nothing fresh is known. */
  state(component: string): string | undefined {
    if (performance.now() - this.#readAt > FRESH_MS) return undefined;
    const state = this.#states.get(component);
    return state === "unknown" ? undefined : state;
  }

  /** Note how a request ended: `code` is "" where it went well, else the HTTP status or a word such as timeout. */
  count(component: string, code = "", times = 1): void {
    const codes = this.#counts.get(component) ?? new Map<string, number>();
    codes.set(code, (codes.get(code) ?? 0) + times);
    this.#counts.set(component, codes);
  }

  /** Report the counts so far; those that cannot be sent are kept for the next time. */
  async flush(): Promise<void> {
    const taken = this.#counts;
    if (!this.#token || !taken.size) return;
    this.#counts = new Map();
    const outcomes = [...taken].slice(0, 100).map(([component, codes]) => {
      const failed = [...codes].filter(([code]) => code).sort((a, b) => b[1] - a[1]);
      const bad = failed.reduce((sum, [, n]) => sum + n, 0);
      return {component, total: bad + (codes.get("") ?? 0), failed: bad, codes: Object.fromEntries(failed.slice(0, MOST_CODES))};
    });
    let status = 0;
    try {
      const headers = {...this.#headers(), "Content-Type": "application/json"};
      const body = JSON.stringify({outcomes});
      const signal = AbortSignal.timeout(TIMEOUT_MS);
      status = (await fetch(`${this.#url}/v1/outcomes`, {method: "POST", headers, body, signal})).status;
    } catch { /* kept below */ }
    if (status !== 0 && status !== 429 && status < 500) return;
    for (const [component, codes] of taken) for (const [code, n] of codes) this.count(component, code, n);
  }

  /** Read every state now; whether there was an answer. */
  async refresh(): Promise<boolean> {
    try {
      const headers = {...this.#headers(), "If-None-Match": this.#etag};
      const answer = await fetch(`${this.#url}/v1/components`, {headers, signal: AbortSignal.timeout(TIMEOUT_MS)});
      if (answer.status === 200) {
        const told = await answer.json() as {stale: boolean; components: {id: string; state: string}[]};
        this.#states = new Map(told.stale ? [] : told.components.map((one) => [one.id, one.state]));
        this.#etag = answer.headers.get("ETag") ?? "";
      } else if (answer.status !== 304) return false;
      this.#readAt = performance.now();
      return true;
    } catch {
      return false;
    }
  }

  async #listen(stop: AbortSignal): Promise<void> {
    while (!stop.aborted) {
      if (await this.refresh()) await this.#follow(stop);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, POLL_MS) as {unref?: () => void};
        timer.unref?.();
        stop.addEventListener("abort", () => resolve(), {once: true});
      });
    }
  }

  /** Read anew at each word of news, until the stream ends. */
  async #follow(stop: AbortSignal): Promise<void> {
    const silent = new AbortController();
    let timer = setTimeout(() => silent.abort(), SILENT_MS);
    try {
      const signal = AbortSignal.any([stop, silent.signal]);
      const answer = await fetch(`${this.#url}/events`, {headers: this.#headers(), signal});
      if (!answer.ok || !answer.body) return;
      const decoder = new TextDecoder();
      const reader = answer.body.getReader();
      for (let part = await reader.read(); !part.done; part = await reader.read()) {
        clearTimeout(timer);
        timer = setTimeout(() => silent.abort(), SILENT_MS);
        if (decoder.decode(part.value, {stream: true}).includes("event:") && !await this.refresh()) return;
      }
    } catch { /* the next poll finds out */ } finally {
      clearTimeout(timer);
    }
  }

  #headers(): Record<string, string> {
    return this.#token ? {Authorization: `Bearer ${this.#token}`} : {};
  }
}

/** The component is down, so it was not asked. */
export class CircuitOpenError extends Error {}

/** No component of the route answered; `errors` are theirs in the order of the attempts. */
export class AllFailedError extends Error {
  readonly errors: unknown[];
  constructor(errors: unknown[]) {
    super(errors.map(String).join("; ").slice(0, 1_000) || "nothing could be tried");
    this.errors = errors;
  }
}

/** The last good answers by key, at most `size`, none older than `maxAgeMs`. */
export class LastGood<T> {
  readonly #kept = new Map<string, {at: number; answer: T}>();
  readonly #size: number;
  readonly #maxAgeMs: number;
  constructor(size = 1_000, maxAgeMs = 3_600_000) {
    this.#size = size;
    this.#maxAgeMs = maxAgeMs;
  }

  put(key: string, answer: T): void {
    this.#kept.delete(key);
    this.#kept.set(key, {at: performance.now(), answer});
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= this.#size) break;
      this.#kept.delete(oldest);
    }
  }

  get(key: string): T | undefined {
    const found = this.#kept.get(key);
    return found && performance.now() - found.at <= this.#maxAgeMs ? found.answer : undefined;
  }
}

class Circuit {
  #latest: boolean[] = [];
  #closedAgainAt = 0;

  take(worked: boolean): void {
    if (worked) {
      this.#closedAgainAt = 0;
      if (!this.#latest.some(Boolean)) this.#latest = [];
    }
    this.#latest = [...this.#latest, worked].slice(-LATEST);
    const failed = this.#latest.filter((one) => !one).length;
    if (!worked && this.#latest.length >= LATEST / 2 && failed >= TRIP * this.#latest.length) {
      this.#closedAgainAt = performance.now() + COOL_MS;
    }
  }

  get open(): boolean {
    return performance.now() < this.#closedAgainAt;
  }

  /** Whether this call may try a component that is down: one in ten seconds. */
  trial(): boolean {
    if (this.open) return false;
    this.#closedAgainAt = performance.now() + COOL_MS;
    return true;
  }
}

/** Components in the order of preference; the best live one is asked first, the next where that fails. */
export class Route<T = unknown> {
  readonly #truth: Truth;
  readonly #prefer: string[];
  readonly #lastGood: LastGood<T> | undefined;
  readonly #circuits = new Map<string, Circuit>();

  constructor(truth: Truth, prefer: string[], lastGood?: LastGood<T>) {
    if (!prefer.length) throw new TypeError("expected at least one component");
    this.#truth = truth;
    this.#prefer = [...prefer];
    this.#lastGood = lastGood;
    for (const component of prefer) this.#circuits.set(component, new Circuit());
  }

  /** All of them, the best first: where nothing is known, as preferred. */
  order(): string[] {
    const bad = (one: string) => this.#circuits.get(one)?.open ? DOWN : SEVERITY[this.#truth.state(one) ?? ""] ?? 0;
    return this.#prefer.map((one, place) => ({one, place, bad: bad(one)}))
      .sort((a, b) => a.bad - b.bad || a.place - b.place).map(({one}) => one);
  }

  /** The best component now. */
  pick(): string {
    return this.order()[0] as string;
  }

  /** Note how a call to a component ended: `code` is "" where it went well. */
  report(component: string, code = ""): void {
    this.#circuits.get(component)?.take(!code);
    this.#truth.count(component, code);
  }

  /** The answer of the first of `calls` that works; with `key` the last good one where none does. */
  async call(calls: Record<string, () => Promise<T>>, key = ""): Promise<T> {
    const errors: unknown[] = [];
    const order = this.order().filter((one) => one in calls);
    for (const component of [...order, ...order.slice(0, 1)]) {
      try {
        const answer = await (calls[component] as () => Promise<T>)();
        this.report(component);
        if (key) this.#lastGood?.put(key, answer);
        return answer;
      } catch (error) {
        const code = codeOf(error);
        if (!code) throw error;
        this.report(component, code);
        errors.push(error);
      }
    }
    const kept = key ? this.#lastGood?.get(key) : undefined;
    if (kept === undefined) throw new AllFailedError(errors);
    return kept;
  }
}

/** The code of an error by its HTTP status, as SDKs have it; "" for the caller's own fault. */
export function codeOf(error: unknown): string {
  const {status, name} = (error ?? {}) as {status?: unknown; name?: unknown};
  if (typeof status === "number") return OWN_FAULT.has(status) ? "" : String(status);
  return /timeout/i.test(String(name)) ? "timeout" : "connection";
}

const TRIED_ELSEWHERE = new Set([429, 500, 502, 503, 504, 520, 521, 522, 523, 524, 529]);

/** Where one component is: `base` in place of the address the SDK was given; `headers` in addition. */
export interface Target {
  base: string;
  headers?: Record<string, string>;
}

/**
 * A fetch for SDKs (`new OpenAI({baseURL: base, fetch: routedFetch(route, homes, base)})`) that sends each request to the
 * best target of the route. One that fails is sent to the next: only give targets that do the same thing when they are
 * asked twice. A body that is a stream cannot be sent twice, so it goes to the best target alone.
 */
export function routedFetch(
  route: Route<any>, targets: Record<string, Target>, base: string, inner: typeof fetch = fetch,
): typeof fetch {
  const root = base.replace(/\/$/, "");
  return async (input, init) => {
    const given = input instanceof Request ? new Request(input, init) : undefined;
    const url = given?.url ?? String(input);
    const body = given?.body ? await given.arrayBuffer() : init?.body ?? undefined;
    const asked: RequestInit = {...init, method: given?.method ?? init?.method, body};
    const order = route.order().filter((one) => one in targets);
    const tried = body instanceof ReadableStream ? order.slice(0, 1) : order;
    let answer: Response | undefined, met: unknown = new TypeError("no target could be tried");
    for (const component of tried) {
      const target = targets[component] as Target;
      await answer?.body?.cancel();
      answer = undefined;
      const moved = url.startsWith(root) ? target.base.replace(/\/$/, "") + url.slice(root.length) : url;
      const headers = new Headers(given?.headers ?? init?.headers);
      for (const [name, value] of Object.entries(target.headers ?? {})) headers.set(name, value);
      try {
        answer = await inner(moved, {...asked, headers, signal: given?.signal ?? init?.signal});
      } catch (error) {
        if ((given?.signal ?? init?.signal)?.aborted) throw error;
        met = error;
        route.report(component, codeOf(error) || "connection");
        continue;
      }
      if (!OWN_FAULT.has(answer.status)) route.report(component, answer.status < 400 ? "" : String(answer.status));
      if (!TRIED_ELSEWHERE.has(answer.status)) break;
    }
    if (!answer) throw met;
    return answer;
  };
}

type Next<R> = (request: R) => Promise<Response>;

/**
 * Middleware for the Anthropic SDK (1.14 and later): `new Anthropic({middleware: [middleware(truth, "claude-api")]})`.
 * It is called once an attempt. With `failFast` no attempt is made while the component is measured down, but for one in
 * ten seconds.
 */
export function middleware(truth: Truth, component: string, {failFast = false} = {}) {
  const circuit = new Circuit();
  return async <R>(request: R, next: Next<R>): Promise<Response> => {
    if (failFast && truth.state(component) === "major_outage" && !circuit.trial()) {
      throw new CircuitOpenError(`${component} is measured down; one attempt in ten seconds is let through`);
    }
    let response: Response;
    try {
      response = await next(request);
    } catch (error) {
      truth.count(component, codeOf(error) || "connection");
      throw error;
    }
    if (!OWN_FAULT.has(response.status)) truth.count(component, response.status < 400 ? "" : String(response.status));
    return response;
  };
}
