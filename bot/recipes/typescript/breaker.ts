// A circuit breaker: after some failures in a row nothing is sent for a while, then one request tries. No library.
//
//   const breaker = new Breaker();
//   const answer = await breaker.ask(() => fetch(url, init), async () => "please come back later");
//
// It stays closed while a part of the requests works: five failures in a row are one in 400 at three in ten.

const IN_A_ROW = 5;
const REST_MS = 30_000;

/** One for each route. `clock` gives milliseconds that never go back. */
export class Breaker {
  private failures = 0;
  private restsUntil = 0;
  private readonly restMs: number;
  private readonly clock: () => number;

  constructor(restMs: number = REST_MS, clock: () => number = () => performance.now()) {
    this.restMs = restMs;
    this.clock = clock;
  }

  /** A good answer, or what `otherwise` says while there is none. */
  async ask<Other>(send: () => Promise<Response>, otherwise: () => Promise<Other>): Promise<Response | Other> {
    if (!this.may()) return otherwise();
    let answer: Response | undefined;
    try {
      answer = await send();
    } catch {
      // The connection failed.
    }
    if (answer === undefined || answer.status >= 500 || [408, 429].includes(answer.status)) {
      await answer?.body?.cancel();
      this.failures++;
      if (this.failures >= IN_A_ROW) this.restsUntil = this.clock() + this.restMs;
      return otherwise();
    }
    this.failures = 0;
    return answer;
  }

  /** Whether to send; after a rest one request goes, and the others wait for what becomes of it. */
  private may(): boolean {
    if (this.failures < IN_A_ROW) return true;
    if (this.clock() < this.restsUntil) return false;
    this.restsUntil = this.clock() + this.restMs;
    return true;
  }
}
