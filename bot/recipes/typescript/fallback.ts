// A chain of routes or models: the first that answers is taken. No library; Node 18+, Deno, Bun, browsers.
//
//   await ask([() => post(ANTHROPIC, "claude-sonnet-4-6"), () => post(ANTHROPIC, "claude-haiku-4-5"), () => post(GATEWAY, "...")]);
//
// The chain is walked `ROUNDS` times, so that a blip on all of it is survived too. Try it on a quiet day.

const ROUNDS = 3;
const FIRST_MS = 500;
const OWN = [400, 413, 422]; // the request itself is wrong: every route would say so

/** The first good answer of the chain, from its front. Throws the last error when nothing of it answered. */
export async function ask(chain: ReadonlyArray<() => Promise<Response>>, firstMs: number = FIRST_MS): Promise<Response> {
  let failed: unknown = new Error("the chain needs at least one route");
  for (let round = 0; round < ROUNDS; round++) {
    for (const send of chain) {
      try {
        const answer = await send();
        const body = await answer.arrayBuffer(); // one that breaks off counts as failed
        if (answer.ok || OWN.includes(answer.status)) {
          return new Response(body, { status: answer.status, headers: answer.headers });
        }
        failed = new Error(`HTTP ${answer.status}, request id ${answer.headers.get("request-id") ?? "none"}`);
      } catch (error) {
        failed = error;
      }
    }
    if (round < ROUNDS - 1) await new Promise((done) => setTimeout(done, Math.random() * firstMs * 2 ** round));
  }
  throw failed;
}
