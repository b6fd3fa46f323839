"use strict";
// Keeps an open page fresh. Without it the page is whole, and loads itself again every minute.
(() => {
  const root = document.documentElement;
  const SILENT_MS = 45000, LEAST_MS = 4000, EVERY_MS = 30000;
  const SHAPES = new Set(["green", "yellow", "orange", "red", "blue", "grey"]);
  let stream = null, heard = performance.now(), fetched = heard, wanted = 0, flip = false;

  const byId = (name) => document.getElementById(name);

  function alive() {
    heard = performance.now();
    root.classList.remove("lost");
    root.classList.add("live");
  }

  function renewed() {
    fetched = performance.now();
    // The page greys itself by an animation; the same under another name begins anew.
    flip = !flip;
    root.classList.toggle("fresh", flip);
  }

  function show(element, look) {
    if (!SHAPES.has(look.tone)) return;
    element.className = element.className.replace(/\b([tb])-\w+/, `$1-${look.tone}`);
    const shape = element.querySelector(".shape");
    if (shape) {
      shape.setAttribute("class", `shape t-${look.tone}`);
      shape.firstElementChild.setAttribute("href", `#s-${look.tone}`);
    }
    const word = element.querySelector(".word") || element.querySelector("span");
    if (word) word.textContent = look.word || look.text;
  }

  function told(event) {
    const news = JSON.parse(event.data);
    alive();
    const said = [];
    for (const one of news.changed) {
      if (one.id.startsWith("c:")) said.push(`${one.name}: ${one.word}`);
      for (const element of document.querySelectorAll("[data-live]")) {
        if (element.dataset.live === one.id && one.id.startsWith("c:")) show(element, one);
      }
      for (const tile of document.querySelectorAll("[data-tile]")) {
        if (tile.dataset.tile === one.id) tile.className = `tile b-${one.tone}`;
      }
    }
    const banner = byId("banner");
    if (banner) show(banner, news.banner);
    if (said.length) byId("say").textContent = said.slice(0, 5).join("; ");
    // Everybody hears at once; the whole page is fetched a little later by each, so that nobody queues.
    wanted = performance.now() + 300 + Math.random() * 2500;
  }

  function ticked(event) {
    const fresh = JSON.parse(event.data);
    alive();
    root.classList.toggle("stale", fresh.stale);
  }

  function listen() {
    if (stream || document.hidden || !window.EventSource) return;
    stream = new EventSource("/events");
    stream.addEventListener("state", told);
    stream.addEventListener("tick", ticked);
    stream.onopen = () => { alive(); };
  }

  function hang() {
    if (stream) stream.close();
    stream = null;
  }

  // Times are in the reader's zone and manner; what the server wrote, in UTC, stays at hand.
  function local() {
    const today = new Date().toDateString();
    for (const one of document.querySelectorAll("time[data-clock]")) {
      const at = new Date(one.dateTime), form = {hour: "numeric", minute: "2-digit", timeZoneName: "short"};
      if (one.dataset.clock === "s") form.second = "2-digit";
      if (at.toDateString() !== today) Object.assign(form, {day: "numeric", month: "short"});
      one.title = one.textContent;
      one.textContent = at.toLocaleString(undefined, form);
    }
  }

  async function renew() {
    wanted = 0;
    try {
      const answer = await fetch(location.href, {headers: {Accept: "text/html"}});
      if (!answer.ok) return;
      const next = new DOMParser().parseFromString(await answer.text(), "text/html");
      const focus = document.activeElement && document.activeElement.id;
      const open = [...document.querySelectorAll("main details")].map((one) => one.open);
      const main = next.getElementById("main");
      if (!main || document.querySelector("main form")) return;
      byId("main").replaceChildren(...main.childNodes);
      [...document.querySelectorAll("main details")].forEach((one, n) => { if (n < open.length) one.open = open[n]; });
      byId("fresh").replaceChildren(...next.getElementById("fresh").childNodes);
      local();
      document.title = next.title;
      root.classList.toggle("stale", next.documentElement.classList.contains("stale"));
      if (focus && byId(focus)) byId(focus).focus();
      renewed();
    } catch { /* It stays as it is, and says how old it is. */ }
  }

  function watch() {
    const now = performance.now();
    if (now - heard > SILENT_MS && now - fetched > SILENT_MS) {
      root.classList.remove("live");
      root.classList.add("lost");
      byId("fresh").textContent = `Nothing was heard from the server for ${Math.round((now - Math.max(heard, fetched)) / 1000)} s. What you see is older than that.`;
    }
    if (document.hidden) return;
    const inside = document.activeElement && byId("main").contains(document.activeElement) && document.activeElement.id !== "main";
    if ((wanted && now > wanted && now - fetched > LEAST_MS) || (now - fetched > EVERY_MS && !inside)) renew();
  }

  // A press on a bar goes to its day.
  document.addEventListener("click", (event) => {
    const bar = event.target.closest && event.target.closest("a.bar");
    if (!bar || !bar.pathname.startsWith("/c/") || !event.clientX) return;
    const box = bar.getBoundingClientRect();
    const place = Math.min(bar.dataset.days - 1, Math.floor((event.clientX - box.left) / box.width * bar.dataset.days));
    const day = new Date(Date.parse(bar.dataset.first + "T00:00:00Z") + place * 86400000);
    event.preventDefault();
    location.href = `${bar.pathname}/${day.toISOString().slice(0, 10)}`;
  });
  document.addEventListener("visibilitychange", () => { if (document.hidden) hang(); else { listen(); renew(); } });
  window.addEventListener("pagehide", hang);
  window.addEventListener("pageshow", listen);
  setInterval(watch, 1000);
  local();
  listen();
})();
