// Drives the built client: `node drive.mjs CLIENT URL TOKEN`; prints what happened as JSON.
const [built, url, token] = process.argv.slice(2);
const {AllFailedError, CircuitOpenError, LastGood, Route, Truth, middleware, routedFetch} = await import(built);

// A row of numbers that is the same each time.
let seed = 7;
const chance = () => (seed = (seed * 1103515245 + 12345) % 2147483648) / 2147483648;
const failing = (status) => async () => { throw Object.assign(new Error("no"), {status}); };
const told = {};

const truth = new Truth(url, token).start();
for (let n = 0; n < 200 && truth.state("claude-api") === undefined; n++) await new Promise((r) => setTimeout(r, 25));
told.states = ["claude-api", "claude-web", "claude-code"].map((one) => truth.state(one) ?? null);
for (let n = 0; n < 40; n++) truth.count("claude-api", n < 10 ? "529" : "");
told.first = new Route(truth, ["claude-api", "claude-web"]).pick();

const blind = new Truth("http://127.0.0.1:1");
told.blind = [await blind.refresh(), new Route(blind, ["claude-api", "claude-web"]).pick()];
const route = new Route(blind, ["one", "two"], new LastGood(2));
let good = 0;
for (let n = 0; n < 2000; n++) {
  const one = async () => chance() < 0.3 ? failing(529)() : "one";
  if (await route.call({one, two: async () => "two"})) good++;
}
told.good = good;
told.kept = [await route.call({two: async () => "fresh"}, "q"), await route.call({one: failing(500), two: failing(500)}, "q")];
told.all = await route.call({one: failing(500)}, "r").catch((error) => error instanceof AllFailedError);
told.own = await route.call({one: failing(401), two: failing(401)}).catch((error) => error.status);

const counted = [];
const down = {state: () => "major_outage", count: (component, code) => counted.push(code)};
const every = middleware(down, "claude-api"), fast = middleware(down, "claude-api", {failFast: true});
for (const status of [200, 529, 401]) await every({}, async () => ({status}));
await fast({}, async () => ({status: 200}));
told.open = await fast({}, async () => ({status: 200})).catch((error) => error instanceof CircuitOpenError);
told.counted = counted;

const sent = [];
const homes = {one: {base: "http://one.example/v1", headers: {"x-key": "first"}}, two: {base: "http://two.example:8443/other/"}};
const wire = async (url, {headers, body}) => {
  sent.push([url, headers.get("x-key"), headers.get("authorization"), body]);
  if (url.includes("refuses")) throw new TypeError("fetch failed");
  return new Response("", {status: url.includes("one.example") ? (chance() < 0.3 ? 529 : 200) : url.includes("mine") ? 401 : 200});
};
const routed = routedFetch(new Route(blind, ["one", "two"]), homes, "http://gateway.example/v1", wire);
let through = 0;
for (let n = 0; n < 1000; n++) {
  if ((await routed("http://gateway.example/v1/messages?x=1", {method: "POST", headers: {authorization: "own"}, body: "b"})).ok) through++;
}
told.through = through;
told.sent = [sent.find(([url]) => url.includes("one")), sent.find(([url]) => url.includes("two"))];
told.refused = await routed("http://gateway.example/v1/refuses", {}).catch((error) => error.message);
told.given = (await routed(new Request("http://gateway.example/v1/messages", {method: "POST", body: "c"}))).ok;

const began = performance.now();
for (let n = 0; n < 20000; n++) await every({}, async () => ({status: 200}));
told.ms = (performance.now() - began) / 20000;
await truth.close();
console.log(JSON.stringify(told));
process.exit(0);
