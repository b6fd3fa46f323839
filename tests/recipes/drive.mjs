// Runs one recipe, erased to JavaScript, as a program of somebody's would; prints one line of JSON.
import { pathToFileURL } from "node:url";

const [recipe, scenario, url, other, number] = process.argv.slice(2);
const { ask, Breaker, Cache } = await import(pathToFileURL(recipe).href);
const calls = Number(number);
const body = (n) => JSON.stringify({ model: "claude-haiku-4-5", max_tokens: 4, messages: [{ role: "user", content: `${n}` }] });
const post = (to, n = 0) => fetch(to, { method: "POST", headers: { "x-api-key": "k" }, body: body(n) });
const count = { good: 0, otherwise: 0, thrown: 0, slept: [] };

const once = {
  backoff: () => ask(() => post(url), 2),
  waits: () => ask(() => post(url), 2, async (ms) => void count.slept.push(ms)),
  fallback: () => ask([() => post(url), () => post(other)], 2),
  breaker: ((breaker) => () => breaker.ask(() => post(url), async () => undefined))(Breaker && new Breaker(60_000)),
  rests: ((breaker) => () => breaker.ask(() => post(url), async () => undefined))(Breaker && new Breaker(0)),
  cache: ((cache) => (n) => cache.ask(body(n % 20), () => post(url, n % 20)))(Cache && new Cache(0)),
}[scenario];

for (let n = 0; n < calls; n++) {
  try {
    const answer = await once(n);
    const text = answer === undefined ? "" : typeof answer.text === "string" ? answer.text : await answer.text();
    if (answer === undefined) count.otherwise++;
    else if (/"(stop|finish)_reason":"/.test(text)) count.good++;
    else count.thrown++;
  } catch {
    count.thrown++;
  }
}
console.log(JSON.stringify(count));
