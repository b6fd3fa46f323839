// Retry with exponential backoff and full jitter, honouring retry-after. No library; Node 18+, Deno, Bun, browsers.
//
//   const answer = await ask(() => fetch(url, { method: "POST", headers, body: JSON.stringify(body) }));
//
// One failure in three costs one call in 243 with 5 tries, one in 27 with 3. Use no other retries beside it.

const TRIES = 5;
const FIRST_MS = 500; // the first wait is at random between 0 and this, each further one up to twice as long
const LONGEST_MS = 30_000;

const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

/** The first good answer; what asking again cannot help (400, 401, 404 ...) comes back at once. Throws at the end. */
export async function ask(
  send: () => Promise<Response>,
  firstMs: number = FIRST_MS,
  sleep: (ms: number) => Promise<void> = pause,
): Promise<Response> {
  for (let attempt = 0; ; attempt++) {
    const last = attempt === TRIES - 1;
    let wait = Math.random() * Math.min(LONGEST_MS, firstMs * 2 ** attempt);
    try {
      const answer = await whole(await send());
      if (!worthAnother(answer)) return answer;
      if (last || askedFor(answer) > LONGEST_MS) return answer;
      wait = Math.max(wait, askedFor(answer));
    } catch (error) {
      if (last) throw error; // the connection failed
    }
    await sleep(wait);
  }
}

/** The answer with its body read, so that one that breaks off counts as failed. */
async function whole(answer: Response): Promise<Response> {
  const { status, headers } = answer;
  return new Response([204, 304].includes(status) ? null : await answer.arrayBuffer(), { status, headers });
}

function worthAnother(answer: Response): boolean {
  const said = answer.headers.get("x-should-retry"); // the vendor's own word goes first
  if (said === "true" || said === "false") return said === "true" && !answer.ok;
  return [408, 409, 429].includes(answer.status) || answer.status >= 500;
}

/** Milliseconds of retry-after, 0 where it says none. Only errors count: a 200 carries the header too. */
function askedFor(answer: Response): number {
  const seconds = Number(answer.headers.get("retry-after") ?? "0");
  return Number.isFinite(seconds) ? Math.max(0, seconds * 1000) : 0;
}
