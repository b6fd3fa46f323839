// What the routed fetch adds to a call when all is well: `node latency.mjs CLIENT` prints milliseconds without and with it.
const {Route, routedFetch} = await import(process.argv[2]);
const truth = {state: () => "operational", count: () => {}};
const inner = async () => new Response("{}");
const homes = {a: {base: "http://a.example/v1"}, b: {base: "http://b.example/v1"}};
const routed = routedFetch(new Route(truth, ["a", "b"]), homes, "http://gateway.example/v1", inner);
const asked = {method: "POST", headers: {"content-type": "application/json"}, body: "x".repeat(2000)};

async function spent(call) {
  const rounds = [];
  for (let round = 0; round < 11; round++) {
    const began = performance.now();
    for (let n = 0; n < 2000; n++) await call("http://gateway.example/v1/messages", asked);
    rounds.push((performance.now() - began) / 2000);
  }
  return rounds.sort((one, other) => one - other)[5];
}
console.log(JSON.stringify([await spent(inner), await spent(routed)]));
