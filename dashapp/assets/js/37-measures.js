/* The measures among the levers: what is done to them becomes moves, and they say what the page says. */
(function () {
  "use strict";

  const TWO = (value) => String(value).padStart(2, "0");
  const group = () => document.getElementById("measures");
  const items = () => Array.from(document.querySelectorAll("#measures .measure"));
  const part = (item, said) => item.querySelector('input[data-said="' + said + '"]:not([type="range"])');
  const decimal = (text) => (document.documentElement.lang === "vi" ? text.replace(".", ",") : text);

  let started = false; /* turning the first measure on has changed what agencies start from */

  /* --- what is typed, as an address has it; null where it is nothing of the kind ------------------------------- */
  function day(text) {
    const found = /^(\d{1,2})[/.\- ](\d{1,2})[/.\- ](\d{4})$/.exec(text.trim());
    if (!found) { return null; }
    const [d, m, y] = found.slice(1).map(Number);
    const made = new Date(Date.UTC(y, m - 1, d));
    const there = made.getUTCFullYear() === y && made.getUTCMonth() === m - 1 && made.getUTCDate() === d;
    return there ? y + "-" + TWO(m) + "-" + TWO(d) : null;
  }

  function effect(text, least, most) {
    const said = text.trim().replace(",", ".");
    if (!/^-?\d{1,2}(\.\d{1,4})?$/.test(said)) { return null; }
    const value = Number(said);
    return value >= least && value <= most ? String(value) : null;
  }

  function whole(text, most) {
    const said = text.trim();
    return /^\d{1,4}$/.test(said) && Number(said) <= most ? String(Number(said)) : null;
  }

  const LARGEST = 10;
  const LONGEST = 3660;

  function range(now) {
    const [low, high, value] = [now.low, now.high, now.effect].map(Number);
    if (low < high) { return [low, high]; }
    return [Math.min(0, 2 * value), Math.max(0, 2 * value) || 1];
  }

  function read(name, text, now) {
    switch (name) {
      case "start": return day(text);
      case "ramp": return whole(text, LONGEST);
      case "low": return effect(text, -LARGEST, Number(now.effect));
      case "high": return effect(text, Number(now.effect), LARGEST);
      default: return effect(text, ...range(now));
    }
  }

  function shown(name, value) {
    return name === "start" ? value.split("-").reverse().join("/") : decimal(value);
  }

  /* --- what is said becomes a move ---------------------------------------------------------------------------- */
  function settings() { const said = window.chitieu.said(); return said ? said.measures : null; }

  function tell(item, changed, drag, more) {
    const all = settings(), id = item.dataset.measure;
    if (!all || !all[id]) { return; }
    const now = { ...all[id], ...changed };
    if (all[id].low === all[id].high && changed.effect !== undefined) { now.low = now.high = changed.effect; }
    draw(item, now);
    if (JSON.stringify(now) === JSON.stringify(all[id])) { return; }
    window.chitieu.change({ measures: { ...all, [id]: now }, ...more }, "measure-" + id, drag);
  }

  function concerns(item, indicator) {
    return item.dataset.of === "" || item.dataset.of.split(" ").includes(indicator);
  }

  /* A measure only moves agencies that start from what is projected: the first one that is turned on says so. */
  function turned(item, on) {
    const said = window.chitieu.said();
    if (!said) { return; }
    const others = items().some((one) => one !== item && concerns(one, said.indicator) && said.measures[one.dataset.measure].on);
    let start = said.start;
    if (on && !others && start === "current") { start = "projected"; started = true; }
    if (!on && !others && started) { start = "current"; started = false; }
    starting(start);
    tell(item, { on: on }, false, { start: start });
  }

  function fault(box, bad) {
    const note = box.closest(".field, .lever, .measure-named").querySelector(".pin-bad");
    box.setAttribute("aria-invalid", String(bad));
    if (note) { note.hidden = !bad; }
  }

  function typed(item, box) {
    const now = settings()[item.dataset.measure], name = box.dataset.said;
    const value = read(name, box.value, now);
    fault(box, value === null);
    if (value !== null) { tell(item, { [name]: value }, false); }
  }

  /* --- whom a measure reaches --------------------------------------------------------------------------------- */
  function agencies() {
    const found = new Map();
    document.querySelectorAll("#measure-agencies option").forEach((one) => found.set(one.dataset.code, one.value));
    return found;
  }

  function named(scope) { return scope.includes(":") ? scope.slice(scope.indexOf(":") + 1).split(",").filter(Boolean) : []; }

  function kindOf(scope) { return scope.includes(":") ? scope.slice(0, scope.indexOf(":") + 1) : scope; }

  function scoped(item, kind) {
    const saved = item.querySelector("[data-scope]");
    unfold(item, kind);
    if (kind === "all" || kind === "own") { tell(item, { scope: kind }, false); return; }
    const asked = kind === "level:" ? levels(item) : codes(item);
    if (asked.length) { tell(item, { scope: kind + asked.slice().sort(kind === "level:" ? byLevel : undefined).join(",") }, false); return; }
    if (kind === "level:") {
      saved.querySelector("[data-level]").checked = true;
      scoped(item, kind);
    } else {
      item.querySelector("[data-agency]").focus();
    }
  }

  const LEVELS = ["province", "district", "commune"];
  const byLevel = (one, other) => LEVELS.indexOf(one) - LEVELS.indexOf(other);
  const levels = (item) => Array.from(item.querySelectorAll("[data-level]")).filter((one) => one.checked).map((one) => one.value);
  const codes = (item) => Array.from(item.querySelectorAll(".measure-agencies li"), (one) => one.dataset.code);

  function unfold(item, kind) {
    item.querySelector(".measure-levels").hidden = kind !== "level:";
    item.querySelector(".measure-named").hidden = kind !== "agency:";
  }

  function chips(item, list) {
    const place = item.querySelector(".measure-agencies"), known = agencies();
    place.replaceChildren(...list.map(function (code) {
      const line = document.createElement("li");
      const name = known.get(code) || code;
      const button = Object.assign(document.createElement("button"), { type: "button", textContent: "×", className: "chip-remove" });
      button.setAttribute("aria-label", place.dataset.remove + " " + name);
      line.dataset.code = code;
      line.append(Object.assign(document.createElement("span"), { textContent: name }), button);
      return line;
    }));
  }

  function added(item, box) {
    const text = box.value.trim().toLowerCase();
    const found = Array.from(agencies()).find(([code, name]) => code.toLowerCase() === text || name.toLowerCase() === text);
    fault(box, text !== "" && !found);
    if (!found) { return; }
    box.value = "";
    chips(item, Array.from(new Set([...codes(item), found[0]])).sort());
    scoped(item, "agency:");
  }

  function removed(item, line) {
    if (codes(item).length < 2) { fault(item.querySelector("[data-agency]"), true); return; }
    line.remove();
    fault(item.querySelector("[data-agency]"), false);
    item.querySelector("[data-agency]").focus();
    scoped(item, "agency:");
  }

  /* --- what is shown ------------------------------------------------------------------------------------------ */
  function put(box, text) {
    if (box.value !== text) { box.value = text; }
    fault(box, false);
  }

  function draw(item, now) {
    part(item, "on").checked = now.on;
    item.querySelector(".measure-body").hidden = !now.on;
    const slider = item.querySelector('input[type="range"]');
    const [least, most] = range(now);
    slider.min = least;
    slider.max = most;
    if (slider !== document.activeElement || Number(slider.value) !== Number(now.effect)) { slider.value = now.effect; }
    ["effect", "low", "high", "start", "ramp"].forEach((name) => put(part(item, name), shown(name, now[name])));
    item.querySelector("[data-range]").textContent = shown("low", now.low) + " – " + shown("high", now.high);
    const select = item.querySelector("select"), kind = kindOf(now.scope);
    if (Array.from(select.options).some((one) => one.value === kind)) { select.value = kind; }
    unfold(item, kind);
    item.querySelectorAll("[data-level]").forEach((one) => { one.checked = named(now.scope).includes(one.value); });
    chips(item, kind === "agency:" ? named(now.scope) : codes(item));
  }

  function starting(start) {
    document.querySelectorAll('#measures input[name="start"]').forEach((one) => { one.checked = one.value === start; });
  }

  function drawAll(said) {
    if (!group() || !said) { return; }
    starting(said.start);
    if (said.start === "current") { started = false; }
    let there = false;
    items().forEach(function (item) {
      const own = concerns(item, said.indicator);
      there = there || own;
      item.classList.toggle("hidden", !own);
      if (said.measures[item.dataset.measure]) { draw(item, said.measures[item.dataset.measure]); }
    });
    const none = group().querySelector("[data-measures]");
    none.className = there ? "hidden" : "muted small";
  }

  window.addEventListener("chitieu:controls", (event) => drawAll(event.detail));

  /* The agencies of a scope are written when somebody opens them. */
  document.addEventListener("toggle", function (event) {
    const item = event.target.matches && event.target.matches(".measure-more") && event.target.closest(".measure");
    const all = item && event.target.open && settings();
    if (all && all[item.dataset.measure]) { draw(item, all[item.dataset.measure]); }
  }, true);

  /* --- what is done ------------------------------------------------------------------------------------------- */
  document.addEventListener("input", function (event) {
    const item = event.target.matches('#measures input[type="range"]') && event.target.closest(".measure");
    if (item && settings()) { tell(item, { effect: String(Number(event.target.value)) }, true); }
  });

  document.addEventListener("change", function (event) {
    const one = event.target, item = one.closest && one.closest("#measures .measure");
    if (!settings()) { return; }
    if (one.matches('#measures input[name="start"]')) {
      started = false;
      window.chitieu.change({ start: one.value }, "start", false);
    } else if (!item) {
      return;
    } else if (one.dataset.said === "on") {
      turned(item, one.checked);
    } else if (one.dataset.said === "scope") {
      scoped(item, one.value);
    } else if (one.dataset.level) {
      if (!levels(item).length) { one.checked = true; }
      scoped(item, "level:");
    } else if (one.dataset.agency) {
      added(item, one);
    } else if (one.type === "text") {
      typed(item, one);
    }
  });

  document.addEventListener("click", function (event) {
    const line = event.target.closest && event.target.closest("#measures .chip-remove");
    if (line) { removed(line.closest(".measure"), line.closest("li")); }
  });
})();
