// Good answers are kept and served, with their age, while there is no new one. No library; in memory.
//
//   const cache = new Cache();
//   const { text, ageMs } = await cache.ask(JSON.stringify(body), () => fetch(url, init));
//
// Fresh answers are not asked for again. Not across users: whoever can ask the same can read it.

const FRESH_MS = 60_000;
const OLDEST_MS = 86_400_000;
const MOST = 1_000; // answers; the oldest goes

type Kept = { text: string; at: number };

/** Answers by the whole request. */
export class Cache {
  private readonly kept = new Map<string, Kept>();
  private readonly freshMs: number;
  private readonly clock: () => number;

  constructor(freshMs: number = FRESH_MS, clock: () => number = () => Date.now()) {
    this.freshMs = freshMs;
    this.clock = clock;
  }

  /** The answer's text and its age (0: new). Throws when there is none, nor one that may still be served. */
  async ask(key: string, send: () => Promise<Response>): Promise<{ text: string; ageMs: number }> {
    const last = this.kept.get(key);
    const ageMs = last ? this.clock() - last.at : Infinity;
    if (last && ageMs <= this.freshMs) return { text: last.text, ageMs };
    try {
      const answer = await send();
      const text = await answer.text();
      if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
      this.keep(key, text);
      return { text, ageMs: 0 };
    } catch (error) {
      if (last && ageMs <= OLDEST_MS) return { text: last.text, ageMs };
      throw error;
    }
  }

  private keep(key: string, text: string): void {
    this.kept.delete(key);
    this.kept.set(key, { text, at: this.clock() });
    const [oldest] = this.kept.keys();
    if (this.kept.size > MOST && oldest !== undefined) this.kept.delete(oldest);
  }
}
