/* The workbench without the server: one move at a time on its way, the last position wins; undo, redo, replay; the
   address; the drawer; keys. The server is told what the controls say and answers what the page shows. */
(function () {
  "use strict";

  const NAMES = ["indicator", "method", "basis", "pace", "mode", "grid", "kept", "inside", "order", "view"];
  const IDS = {
    indicator: "indicator", method: "method", basis: "basis", pace: "pace", mode: "rounding-mode",
    grid: "rounding-grid", kept: "rules", inside: "inside", order: "order", view: "view"
  };
  const TRIGGERS = Object.fromEntries(Object.entries(IDS).map(([name, id]) => [id, name]));
  const SAME_DRAG_MS = 1200;
  const PATIENCE_MS = 20000;
  const KEPT_STEPS = 100;
  const ARRIVAL_MS = 300;
  const STILL_MS = 400; /* after the last answer, before its chances are asked for */
  const CALM_MS = 150; /* after the last answer, before the address bar follows: writing it costs a tenth of a move */

  const keep = () => window.dash_clientside.no_update;
  const set = (id, props) => window.dash_clientside.set_props(id, props);
  const by = (id) => document.getElementById(id);

  let bench = null; /* what this page is about: made anew whenever a page arrives */

  function fresh(answered) {
    return {
      page: by("standing"), seq: 0, address: answered.address, visible: answered.visible, saved: answered.saved,
      said: answered.controls, inFlight: null, waiting: null, steps: remembered(answered.address), at: 0,
      born: Date.now(), drag: { key: "", time: 0, number: 0 }, dragged: 0, replaying: false, agency: null,
      timer: null, bar: null, chance: null, token: Date.now().toString(36) + Math.random().toString(36).slice(2)
    };
  }

  /* --- the way back: addresses as they were shown, kept while the tab lives ----------------------------------- */
  function shelf(address) { return "chitieu:" + address.split("?")[0]; }

  function remembered(address) {
    try {
      const kept = JSON.parse(window.sessionStorage.getItem(shelf(address)) || "null");
      if (kept && kept.steps[kept.at] === address) { return kept; }
    } catch (fault) { /* a damaged or forbidden memory is no memory */ }
    return { steps: [address], at: 0 };
  }

  function remember() {
    try { window.sessionStorage.setItem(shelf(bench.visible), JSON.stringify(bench.steps)); } catch (fault) { /* full */ }
  }

  function stepped(move) {
    const way = bench.steps;
    if (move.kind === "undo" || move.kind === "redo") { way.at = move.to; bench.dragged = 0; }
    else if (move.kind !== "replay" && way.steps[way.at] !== bench.address) {
      const drag = move.drag && move.drag === bench.dragged && way.at > 0;
      way.steps.splice(way.at + 1);
      if (drag) { way.steps[way.at] = bench.address; } else { way.steps.push(bench.address); }
      if (way.steps.length > KEPT_STEPS) { way.steps.splice(1, 1); }
      way.at = way.steps.length - 1;
      bench.dragged = move.drag;
    }
    remember();
    tools();
  }

  function tools() {
    const way = bench.steps;
    const state = { undo: way.at > 0, redo: way.at < way.steps.length - 1, replay: way.at > 0 };
    Object.entries(state).forEach(([id, on]) => { const one = by(id); if (one) { one.disabled = !on; } });
    const replay = by("replay");
    if (replay) { replay.setAttribute("aria-pressed", String(bench.replaying)); }
    document.body.classList.toggle("replaying", bench.replaying);
    const moved = bench.visible !== bench.saved && bench.address !== bench.saved;
    document.body.classList.toggle("touched", moved);
  }

  /* --- what stands beside the controls: open limits, links back to what is saved, targets set by hand --------------- */
  function link(text, address) {
    const made = Object.assign(document.createElement("a"), { textContent: text, href: address });
    made.dataset.inPlace = "true";
    return made;
  }

  function beside(key, said) {
    if (key !== "pins") {
      return said.flatMap((one, at) => [...(at ? [" · "] : []), one.length > 1 ? link(one[0], one[1]) : one[0]]);
    }
    return said.map(function (one) {
      const line = document.createElement("li");
      line.append(Object.assign(document.createElement("span"), { textContent: one[0] }), " ", link(one[1], one[2]));
      return line;
    });
  }

  function hint(hints) {
    document.querySelectorAll('[id*=\'"type":"lever-hint"\']').forEach(function (place) {
      const key = JSON.parse(place.id).key;
      const said = JSON.stringify(hints[key] || []);
      if (place.dataset.said === said) { return; }
      place.dataset.said = said;
      place.replaceChildren(...beside(key, hints[key] || []));
    });
  }

  /* --- moves ------------------------------------------------------------------------------------------------ */
  function send(move) {
    if (bench.inFlight) { /* a page that is asked for is not lost to a lever that says what it said before */
      const asked = bench.waiting && bench.waiting.trigger === "wanted" && move.trigger !== "wanted";
      if (!asked) { bench.waiting = move; }
      return null;
    }
    bench.seq += 1;
    bench.inFlight = { ...move, seq: bench.seq };
    window.clearTimeout(bench.timer);
    bench.timer = window.setTimeout(giveUp, PATIENCE_MS);
    const said = move.said || bench.said;
    unsure();
    window.dispatchEvent(new CustomEvent("chitieu:sent", { detail: { seq: bench.seq } }));
    const about = { seq: bench.seq, page: bench.token, trigger: move.trigger };
    return { ...said, ...about, address: move.address || bench.address };
  }

  function sendWaiting() {
    const next = bench.waiting;
    bench.waiting = null;
    if (next) {
      const data = send(next);
      if (data) { set("move", { data: data }); }
    }
  }

  /* --- chances come after the table: asked for when nothing has moved for a while, faint until they are the table's --- */
  function unsure() {
    window.clearTimeout(bench.chance);
    ["chance", "sureness"].forEach((id) => { const part = by(id); if (part) { part.classList.add("stale"); } });
  }

  function askChance() {
    const page = bench.page;
    window.clearTimeout(bench.chance);
    bench.chance = window.setTimeout(function () {
      if (bench && bench.page === page && page === by("standing") && !bench.inFlight) {
        set("to-chance", { data: { address: bench.address, seq: bench.seq } });
      }
    }, STILL_MS);
  }

  function giveUp() {
    if (bench && bench.inFlight) { bench.inFlight = null; sendWaiting(); }
  }

  window.addEventListener("chitieu:failed", giveUp);

  function show(address, kind, to) {
    set("wanted", { data: { address: address, kind: kind || "", to: to === undefined ? null : to, at: Date.now() } });
  }

  function same(one, other) {
    return NAMES.every((name) => JSON.stringify(one[name]) === JSON.stringify(other[name]));
  }

  const calls = {
    moved: function (wanted, indicator, method, basis, pace, mode, grid, kept, inside, order, view) {
      const cause = window.dash_clientside.callback_context.triggered_id;
      if (!bench || !by("standing") || bench.page !== by("standing")) { return keep(); }
      if (cause === "wanted") {
        if (!wanted) { return keep(); }
        return send({ trigger: "wanted", address: wanted.address, kind: wanted.kind, to: wanted.to, drag: 0 }) || keep();
      }
      const said = { ...bench.said, indicator, method, basis, pace, mode, grid, kept, inside, order, view };
      if (same(said, bench.said)) { return keep(); }
      bench.said = said;
      bench.replaying = false;
      const key = TRIGGERS[cause] || "";
      return send({ trigger: key, kind: "", drag: 0, said: said }) || keep();
    },

    answered: function (answered) {
      if (!answered) { return keep(); }
      window.dispatchEvent(new CustomEvent("chitieu:answered", { detail: { seq: answered.seq } }));
      if (answered.seq === 0 || !bench) {
        bench = fresh(answered);
        bench.page = by("standing");
        pose(answered.controls.sliders);
        hint(answered.hints);
        tools();
        askChance();
      } else {
        const move = bench.inFlight;
        if (!move || move.seq !== answered.seq) { return keep(); }
        window.clearTimeout(bench.timer);
        bench.inFlight = null;
        hint(answered.hints);
        Object.assign(bench, { address: answered.address, visible: answered.visible, saved: answered.saved });
        if (answered.controls && !bench.waiting) { apply(answered.controls); }
        stepped(move);
        if (bench.agency) { ask(); }
        again();
        if (!bench.replaying) {
          window.dispatchEvent(new CustomEvent("chitieu:shown", { detail: { address: bench.address, saved: bench.saved } }));
        }
        sendWaiting();
        askChance();
      }
      return follow();
    },

    chanced: function () {
      const card = by("chance");
      const said = card && card.querySelector("[data-seq]");
      if (!bench || !said || said.dataset.seq !== String(bench.seq) || bench.inFlight) { return keep(); }
      card.classList.remove("stale");
      return { address: bench.address, seq: bench.seq, page: bench.token };
    },

    weighed: function () {
      const part = by("sureness");
      const said = part && part.querySelector("[data-seq]");
      if (bench && said && said.dataset.seq === String(bench.seq) && !bench.inFlight) { part.classList.remove("stale"); }
      return keep();
    },

    picked: function (rows, click) {
      if (window.dash_clientside.callback_context.triggered_id === "chart") {
        const point = click && click.points.find((one) => one.customdata);
        return point ? point.customdata : keep();
      }
      return rows && rows.length ? rows[0].code : keep();
    },

    explain: function (agency) {
      if (!bench) { return keep(); }
      bench.agency = agency || null;
      follow();
      return agency ? { address: bench.address, agency: agency } : keep();
    },

    closed: function (isOpen) {
      if (isOpen && bench && !bench.agency) { /* an answer that came after it was closed by hand */
        set("drawer", { is_open: false });
      } else if (!isOpen) {
        set("agency", { data: null });
        set("grid", { selectedRows: [] });
        set("chart", { clickData: null });
      }
      return keep();
    },

    close: function (clicks) {
      if (clicks) {
        bench.agency = null;
        set("drawer", { is_open: false });
      }
      return keep();
    },

    scenario: function (chosen) {
      const page = window.chitieu.shownPage();
      if (!chosen || !page || !page.slug || page.slug === chosen) { return [keep(), keep()]; }
      return ["/scenarios/" + page.campaign + "/" + chosen, window.chitieu.kept(["lang", "i", "in", "o", "view", "sure"])];
    }
  };
  window.dash_clientside = Object.assign({}, window.dash_clientside, { workbench: calls });

  function apply(controls) {
    const before = bench.said.sliders;
    bench.said = controls;
    pose(controls.sliders, before);
    Object.entries(IDS).forEach(([name, id]) => set(id, { value: controls[name] }));
    window.dispatchEvent(new CustomEvent("chitieu:controls", { detail: controls }));
  }

  /* What controls say that are no components of Dash: the measures and where agencies start from. */
  function change(changed, trigger, drag) {
    if (!bench || bench.page !== by("standing")) { return; }
    bench.said = { ...bench.said, ...changed };
    bench.replaying = false;
    const data = send({ trigger: trigger, kind: "", drag: drag ? dragOf(trigger) : 0, said: bench.said });
    if (data) { set("move", { data: data }); }
  }

  /* --- levers: a slider and its box say the same; neither goes through Dash on its way to a move, which would cost
     every component of the page two rounds of callbacks for each position of a drag --------------------------------- */
  function lever(key) { return by(JSON.stringify({ key: key, type: "lever" })); }

  function typed(key) { return by(JSON.stringify({ key: key, type: "lever-typed" })); }

  function type(key, value, bad) {
    const box = typed(key);
    if (!box) { return; }
    const text = bad ? box.value : window.chitieu.typedText(value);
    if (box.value !== text) { box.value = text; }
    box.classList.toggle("is-invalid", bad);
    box.setAttribute("aria-invalid", String(bad));
  }

  function slide(key, value) {
    const slider = lever(key);
    if (slider) { slider.value = value; }
  }

  /* All sliders and their boxes as the page says: also on a page that was there before and looks as if it were new. What
     somebody is typing stays, unless its lever has moved. */
  function pose(sliders, before) {
    Object.entries(sliders).forEach(function ([key, value]) {
      slide(key, value);
      const typing = before && before[key] === value && document.activeElement === typed(key);
      if (!typing) { type(key, value, false); }
    });
  }

  function keyOf(element, kind) {
    if (!element.id || element.id[0] !== "{") { return null; }
    const id = JSON.parse(element.id);
    return id.type === kind ? id.key : null;
  }

  /* Which drag this position belongs to: one goes on as long as the hand does, however slow the answers are. */
  function dragOf(key) {
    const now = Date.now();
    const same = bench.drag.key === key && now - bench.drag.time < SAME_DRAG_MS;
    bench.drag = { key: key, time: now, number: bench.drag.number + (same ? 0 : 1) };
    return bench.drag.number;
  }

  function pull(key, value, drag) {
    if (!bench || bench.page !== by("standing") || bench.said.sliders[key] === value) { return; }
    bench.said = { ...bench.said, sliders: { ...bench.said.sliders, [key]: value } };
    bench.replaying = false;
    const data = send({ trigger: "lever-" + key, kind: "", drag: drag ? dragOf(key) : 0, said: bench.said });
    if (data) { set("move", { data: data }); }
  }

  document.addEventListener("input", function (event) {
    const key = event.target.type === "range" ? keyOf(event.target, "lever") : null;
    if (key === null) { return; }
    const value = Number(event.target.value);
    pull(key, value, document.activeElement === event.target);
    type(key, value, false);
  });

  document.addEventListener("change", function (event) {
    if (event.target.matches("#sure") && bench) { change({ sure: event.target.value }, "sure", false); }
  });

  function fromBox(box) {
    const key = keyOf(box, "lever-typed");
    const slider = key === null ? null : lever(key);
    if (!slider) { return; }
    const value = window.chitieu.percentOf(box.value, Number(slider.min), Number(slider.max));
    type(key, value, value === null);
    if (value !== null && bench && value !== bench.said.sliders[key]) {
      slide(key, value);
      pull(key, value, false);
    }
  }

  document.addEventListener("change", function (event) {
    if (event.target.matches('.levers .typed input')) { fromBox(event.target); }
  });

  /* --- the table: searching by name; long tables are asked for again after every move ------------------------------- */
  function api() {
    try { return window.dash_ag_grid ? window.dash_ag_grid.getApi("grid") : null; } catch (fault) { return null; }
  }

  function again() {
    const table = api();
    if (table && table.getGridOption("rowModelType") === "infinite") { table.refreshInfiniteCache(); }
  }

  function folded(text) {
    return text.toLowerCase().replaceAll("đ", "d").normalize("NFD").replace(/[\u0300-\u036f]/g, "");
  }

  function wanted() {
    const box = by("grid-search");
    return box ? folded(box.value.trim()) : "";
  }

  const tableFunctions = (window.dashAgGridFunctions = window.dashAgGridFunctions || {});
  tableFunctions.searching = () => wanted() !== "";
  tableFunctions.isFound = (node) => !node.data || folded(node.data.name || "").includes(wanted());

  let searching = null;
  document.addEventListener("input", function (event) {
    if (event.target.id !== "grid-search") { return; }
    window.clearTimeout(searching);
    searching = window.setTimeout(function () {
      const table = api();
      if (!table) { return; }
      if (table.getGridOption("rowModelType") !== "infinite") { table.onFilterChanged(); return; }
      const others = Object.assign({}, table.getFilterModel());
      delete others.name;
      const text = wanted();
      if (text) { others.name = { filterType: "text", type: "contains", filter: text }; }
      table.setFilterModel(others);
    }, 200);
  });

  function ask() { set("explain", { data: { address: bench.address, agency: bench.agency } }); }

  /* A page that has just arrived waits: Dash writes the address that was asked for once more. */
  function here() {
    return bench.agency
      ? bench.visible + (bench.visible.includes("?") ? "&" : "?") + "a=" + encodeURIComponent(bench.agency)
      : bench.visible;
  }

  function bar() {
    if (!bench || bench.bar === null || bench.page !== by("standing")) { return; }
    window.clearTimeout(bench.bar);
    bench.bar = null;
    if (here() !== window.location.pathname + window.location.search) {
      window.history.replaceState(window.history.state, "", here());
    }
  }

  window.addEventListener("beforeunload", bar);
  document.addEventListener("click", (event) => { if (event.target.closest("a")) { bar(); } }, true);

  function follow() {
    window.clearTimeout(bench.bar);
    bench.bar = window.setTimeout(bar, Math.max(CALM_MS, bench.born + ARRIVAL_MS - Date.now()));
    const other = new URL(here(), window.location.origin);
    if (other.searchParams.get("lang") === "en") { other.searchParams.delete("lang"); }
    else { other.searchParams.set("lang", "en"); }
    return other.pathname + other.search;
  }

  function step(by_) {
    const way = bench && bench.steps;
    const to = way ? way.at + by_ : -1;
    if (!way || to < 0 || to >= way.steps.length) { return; }
    bench.replaying = false;
    show(way.steps[to], by_ < 0 ? "undo" : "redo", to);
  }

  function replay() {
    const way = bench && bench.steps;
    if (!way || way.at === 0) { return; }
    bench.replaying = !bench.replaying;
    show(bench.replaying ? way.steps[way.at - 1] : way.steps[way.at], "replay");
    tools();
  }

  /* --- a target set by hand in the drawer: the page as it is, with one more pin ------------------------------------ */
  function pin(button) {
    const box = by(button.dataset.pinBox);
    const value = box ? window.chitieu.percentOf(box.value, 0, 100) : null;
    const bad = button.parentElement.querySelector(".pin-bad");
    if (bad) { bad.hidden = value !== null; }
    if (box) { box.setAttribute("aria-invalid", String(value === null)); }
    if (value === null) { box.focus(); return; }
    const here = new URL(bench.address, window.location.origin);
    const others = here.searchParams.getAll("pin").filter((one) => !one.startsWith(button.dataset.pin + ":"));
    here.searchParams.delete("pin");
    others.concat(button.dataset.pin + ":" + value).forEach((one) => here.searchParams.append("pin", one));
    show(here.pathname + here.search);
  }

  /* --- the drawer is written anew after every move: the keyboard stays where it was, and Escape still closes ------- */
  let held = null;

  function inDrawer() { return document.querySelector(".offcanvas.explain.show"); }

  document.addEventListener("focusin", function (event) {
    const drawer = inDrawer();
    if (!drawer || !drawer.contains(event.target)) { held = null; return; }
    const one = event.target;
    held = one.id ? "#" + CSS.escape(one.id) : one.dataset.pin ? '[data-pin="' + CSS.escape(one.dataset.pin) + '"]' : null;
  });

  new MutationObserver(function () {
    const drawer = inDrawer();
    if (!held || !drawer || document.activeElement !== document.body) { return; }
    const again = drawer.querySelector(held);
    if (again) { again.focus({ preventScroll: true }); } else { drawer.focus({ preventScroll: true }); }
  }).observe(document.documentElement, { childList: true, subtree: true });

  /* Closed at once, before an answer on its way can open it again. */
  document.addEventListener("keydown", function (event) {
    const drawer = event.key === "Escape" && bench && inDrawer();
    if (!drawer || document.querySelector(".modal.show")) { return; }
    if (event.target !== document.body && !drawer.contains(event.target)) { return; }
    bench.agency = null;
    set("drawer", { is_open: false });
  }, true);

  /* --- what is clicked and typed ------------------------------------------------------------------------------ */
  document.addEventListener("click", function (event) {
    const found = event.target.closest && event.target.closest("a[data-in-place], [data-pin], [data-tool], #reset, #undo, #redo, #replay");
    if (!found || !bench || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) { return; }
    event.preventDefault();
    const tool = { reset: () => show(bench.saved), undo: () => step(-1), redo: () => step(1), replay: replay }[found.dataset.tool || found.id];
    if (tool) { tool(); } else if (found.dataset.pin) { pin(found); } else { show(found.getAttribute("href")); }
  });

  document.addEventListener("keydown", function (event) {
    const row = event.key === "Enter" && event.target.closest && event.target.closest(".pin-row");
    if (row && bench && event.target.matches("input")) { pin(row.querySelector("[data-pin]")); return; }
    if (!bench || !by("standing") || !(event.ctrlKey || event.metaKey) || event.altKey) { return; }
    const key = event.key.toLowerCase();
    const typing = event.target.matches && event.target.matches("input[type=text], input[type=number], textarea");
    if ((key === "z" || key === "y") && !typing) {
      event.preventDefault();
      step(key === "y" || event.shiftKey ? 1 : -1);
    } else if (key === "s" && by("save")) {
      event.preventDefault();
      by("save").click();
    }
  });

  window.chitieu = Object.assign(window.chitieu || {}, {
    show: show,
    change: change,
    said: () => (bench && bench.page === by("standing") ? bench.said : null),
    state: () => (bench ? { address: bench.address, visible: bench.visible, saved: bench.saved } : null)
  });
})();
