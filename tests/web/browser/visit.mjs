// Visits pages with an installed Chromium, offline, and says what it saw: `node visit.mjs CHROMIUM < plan.json`.
// The plan is a list of visits; the answer is a list, one entry a visit. Nothing but loopback is asked.
import {readFileSync} from "node:fs";
import {createRequire} from "node:module";
import {chromium} from "playwright-core";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const plan = JSON.parse(readFileSync(0, "utf8"));
const FLAGS = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--no-first-run"];

// The driver's own wait evaluates text inside the page, which the page's policy forbids.
async function until(page, condition, patience) {
  const end = Date.now() + patience;
  while (!(await page.evaluate(condition).catch(() => false))) {
    if (Date.now() > end) throw new Error(`never came true: ${condition}`);
    await new Promise((done) => { setTimeout(done, 100); });
  }
}

async function visited(browser, visit) {
  const context = await browser.newContext({
    viewport: {width: visit.width ?? 1024, height: visit.height ?? 768},
    colorScheme: visit.scheme ?? "light",
    javaScriptEnabled: visit.js ?? true,
    bypassCSP: Boolean(visit.axe),
    reducedMotion: visit.motion ?? "no-preference",
    deviceScaleFactor: visit.scale ?? 1,
    extraHTTPHeaders: visit.headers ?? {},
  });
  const page = await context.newPage();
  const seen = {url: visit.url, errors: [], asked: []};
  page.on("console", (said) => { if (said.type() === "error") seen.errors.push(said.text()); });
  page.on("pageerror", (error) => seen.errors.push(String(error)));
  page.on("request", (request) => seen.asked.push(request.url()));
  const answer = await page.goto(visit.url, {waitUntil: "load", timeout: 15000});
  seen.status = answer.status();
  if (visit.media) await page.emulateMedia({media: visit.media});
  for (const key of visit.keys ?? []) await page.keyboard.press(key);
  if (visit.click) await page.locator(visit.click).first().click();
  if (visit.wait) await until(page, visit.wait, visit.patience ?? 15000);
  if (visit.eval) seen.value = await page.evaluate(visit.eval);
  if (visit.axe) {
    await page.evaluate(axe);
    const found = await page.evaluate(async () => axe.run(document, {
      runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    }));
    seen.violations = found.violations.map((one) => ({
      id: one.id, help: one.help, nodes: one.nodes.slice(0, 4).map((node) => node.html.slice(0, 300)),
      why: one.nodes.slice(0, 2).map((node) => node.failureSummary.slice(0, 400)),
    }));
  }
  if (visit.picture) await page.screenshot({path: visit.picture, fullPage: visit.whole ?? true});
  seen.location = page.url();
  await context.close();
  return seen;
}

const browser = await chromium.launch({executablePath: process.argv[2], args: FLAGS});
const answers = [];
for (const visit of plan) {
  try {
    answers.push(await visited(browser, visit));
  } catch (error) {
    answers.push({url: visit.url, failed: String(error).slice(0, 600)});
  }
}
await browser.close();
process.stdout.write(JSON.stringify(answers));
