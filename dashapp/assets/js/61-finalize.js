/* Finalising without the server: edits that are not kept yet (they outlive a session that ends), what is asked for and
   in which order, rows that are locked, the question before a step. The server says what comes of the edits. */
(function () {
  "use strict";

  const PATIENCE_MS = 20000;
  const PERCENT = 100;
  const BEAT_MS = 120; /* until an answer that is there is taken in */
  const LEAVING_MS = 2000;

  const keep = () => window.dash_clientside.no_update;
  const set = (id, props) => window.dash_clientside.set_props(id, props);
  const by = (id) => document.getElementById(id);
  const data = (one) => one.dataset;

  let page = null; /* the table that stands: made anew whenever another page arrives */

  /* --- what is typed and not kept is kept in the tab ------------------------------------------------------------ */
  function shelf() { return ["chitieu:final", page.campaign, page.number, page.user].join(":"); }

  function remembered() {
    try { return JSON.parse(window.sessionStorage.getItem(shelf()) || "null") || {}; } catch (fault) { return {}; }
  }

  function remember() {
    const said = { edits: page.edits, reason: page.reason, at: page.seenAt };
    try {
      if (page.edits.length || page.reason) { window.sessionStorage.setItem(shelf(), JSON.stringify(said)); }
      else { window.sessionStorage.removeItem(shelf()); }
    } catch (fault) { /* a full or forbidden memory */ }
  }

  function here() {
    const element = by("final");
    if (!element) { page = null; return null; }
    if (!page || page.element !== element) {
      page = Object.assign(JSON.parse(data(element).finalize), {
        element: element, texts: JSON.parse(data(element).texts), seq: 0, inFlight: null, waiting: null, version: null,
        edits: [], reason: "", seenAt: null, busy: 0, step: null
      });
      const before = page.may ? remembered() : {};
      if (!page.may && (remembered().edits || []).length) { window.setTimeout(() => complain(page.texts.left), 0); }
      page.edits = before.edits || [];
      page.reason = before.reason || "";
      page.seenAt = before.at || null;
    }
    return page;
  }

  /* --- what the page is to show: one question on its way, the last one waits ------------------------------------ */
  function chosen(name) {
    const box = document.querySelector("#" + name + " input:checked") || by(name);
    return box ? box.value : "";
  }

  function ask(whole) {
    if (!here()) { return; }
    if (page.inFlight && Date.now() - page.inFlight.since < PATIENCE_MS) {
      page.waiting = { whole: Boolean(whole || (page.waiting && page.waiting.whole)) };
      return;
    }
    page.seq += 1;
    page.inFlight = { seq: page.seq, since: Date.now() };
    set("final-asked", { data: {
      seq: page.seq, id: page.id, indicator: page.indicator || chosen("final-indicator"), order: chosen("final-order"),
      edits: page.edits, seen: page.seenAt, whole: Boolean(whole), at: Date.now()
    } });
  }

  window.addEventListener("chitieu:failed", function () {
    if (page) { page.inFlight = null; page.busy = 0; }
  });

  function frame() {
    const panel = by("final-pending");
    if (!panel) { return; }
    panel.hidden = !page.edits.length;
    if (!page.edits.length) { set("final-fault", { markup: "" }); }
  }

  function changed() {
    remember();
    frame();
    ask(false);
  }

  function complain(text) {
    const place = by("final-said");
    if (!place) { return; }
    const line = document.createElement("div");
    line.className = "alert alert-danger final-complaint";
    line.setAttribute("role", "alert");
    line.textContent = text;
    document.querySelectorAll(".final-complaint").forEach((one) => one.remove());
    place.before(line);
    line.scrollIntoView({ block: "nearest" });
  }

  function hush() { document.querySelectorAll(".final-complaint").forEach((one) => one.remove()); }

  /* --- edits ---------------------------------------------------------------------------------------------------- */
  function same(one, other) {
    return one.agency === other.agency && one.indicator === other.indicator && one.period === other.period;
  }

  function put(edits) {
    const rest = page.edits.filter((one) => !edits.some((other) => same(one, other)));
    if (rest.length + edits.length > page.most) { complain(page.texts.many); return; }
    page.edits = rest.concat(edits);
    hush();
    set("final-said", { children: [] });
    changed();
  }

  function periodOf(field) { return page.periods[Number(field.replace("target", ""))]; }

  function table() {
    try { return window.dash_ag_grid ? window.dash_ag_grid.getApi("final-grid") : null; } catch (fault) { return null; }
  }

  function selected() {
    const rows = table() ? table().getSelectedRows() : [];
    if (!rows.length) { complain(page.texts.select); }
    return rows;
  }

  function fields() { return page.periods.map((_, at) => "target" + at); }

  function lock() {
    const rows = selected();
    const edits = rows.flatMap((row) => fields()
      .filter((field) => row[field] !== null && !row.pins[field])
      .map((field) => ({ agency: row.code, indicator: page.indicator, period: periodOf(field), value: row[field] })));
    if (edits.length) { put(edits); } else if (rows.length) { complain(page.texts.nothing); }
  }

  function unlock() {
    const rows = selected();
    const edits = rows.flatMap((row) => fields()
      .filter((field) => row.pins[field])
      .map((field) => ({ agency: row.code, indicator: page.indicator, period: periodOf(field), value: null })));
    const open = rows.flatMap((row) => fields().filter((field) => row.edited[field] && !row.pins[field])
      .map((field) => ({ agency: row.code, indicator: page.indicator, period: periodOf(field) })));
    if (open.length) { page.edits = page.edits.filter((one) => !open.some((other) => same(one, other))); }
    if (edits.length) { put(edits); } else if (open.length) { changed(); }
    else if (rows.length) { complain(page.texts.unpinned); }
  }

  const functions = (window.dashAgGridFunctions = window.dashAgGridFunctions || {});

  /* The grid asks at every letter; what is wrong is said when the cell is left. */
  functions.finalTyped = (params) => {
    const value = window.chitieu.percentOf(String(params.newValue).replace("\u00a0", " "), 0, PERCENT);
    if (here()) { page.bad = value === null; }
    return value === null ? params.oldValue : Math.round(value * PERCENT) / (PERCENT * PERCENT);
  };

  function left() {
    if (!page || !page.bad) { return; }
    page.bad = false;
    complain(page.texts.bad);
  }

  function inGrid(event) { return event.target.closest && event.target.closest("#final-grid .ag-cell-inline-editing"); }

  document.addEventListener("keydown", function (event) {
    if (!page || !inGrid(event)) { return; }
    if (event.key === "Escape") { page.bad = false; }
    if (event.key === "Enter" || event.key === "Tab") { window.setTimeout(left, 0); }
  }, true);
  document.addEventListener("focusout", (event) => { if (page && inGrid(event)) { window.setTimeout(left, 0); } });

  function folded(text) {
    return text.toLowerCase().replaceAll("đ", "d").normalize("NFD").replace(/[\u0300-\u036f]/g, "");
  }

  function wanted() { const box = by("final-search"); return box ? folded(box.value.trim()) : ""; }

  functions.finalSearching = () => wanted() !== "";
  functions.finalFound = (node) => !node.data || folded(node.data.name + " " + node.data.level).includes(wanted());

  let searching = null;
  document.addEventListener("input", function (event) {
    if (event.target.id === "final-search") {
      window.clearTimeout(searching);
      searching = window.setTimeout(function () { if (table()) { table().onFilterChanged(); } }, 200);
    } else if (event.target.id === "final-reason" && here()) {
      page.reason = event.target.value;
      remember();
    }
  });

  /* --- what is asked to be done --------------------------------------------------------------------------------- */
  function order(what, more) {
    if (page && page.busy && Date.now() - page.busy < PATIENCE_MS) { return; }
    if (page) { page.busy = Date.now(); }
    hush();
    set("final-to-keep", { data: Object.assign({ what: what, at: Date.now() }, page ? { id: page.id, version: page.version } : {}, more) });
  }

  /* What comes of the edits is seen first. */
  function save(event, again) {
    if (!page.edits.length) { return; }
    if (page.inFlight) {
      if (again) { complain(page.texts.wait); } else { window.setTimeout(() => { if (here()) { save(null, true); } }, BEAT_MS); }
      return;
    }
    order("save", { edits: page.edits, reason: by("final-reason").value });
  }

  const DEEDS = {
    start: (button) => order("start", {
      campaign: data(button).campaign, figures: data(button).figures, scenario: by("final-scenario").value
    }),
    correct: () => order("correct", {}),
    rerun: (button) => order("rerun", { on: data(button).what }),
    confirm: (button) => order("confirm", { override: data(button).override, of: data(button).version })
  };

  /* --- a step of the road --------------------------------------------------------------------------------------- */
  function question(button) {
    if (page.edits.length) { complain(page.texts.unsaved); return; }
    page.step = data(button).finalStep;
    set("final-dialog-title", { children: data(button).title });
    set("final-dialog-text", { children: data(button).text });
    set("final-dialog-confirm", { children: data(button).confirm });
    set("final-step-fault", { children: [] });
    set("final-decision", { className: page.step === "issue" ? "final-decision" : "hidden" });
    set("final-dialog", { is_open: true });
  }

  function step() {
    if (page.busy && Date.now() - page.busy < PATIENCE_MS) { return; }
    page.busy = Date.now();
    const value = (id) => (by(id) ? by(id).value : "");
    const store = page.step === "submit" || page.step === "withdraw" ? "final-to-submit" : "final-to-decide";
    set(store, { data: {
      step: page.step, id: page.id, version: page.version, comment: value("final-comment"),
      number: value("final-number"), day: value("final-day"), at: Date.now()
    } });
  }

  /* --- what is clicked ------------------------------------------------------------------------------------------ */
  const BUTTONS = {
    "final-save": save,
    "final-cancel": () => { page.edits = []; page.reason = ""; set("final-reason", { value: "" }); hush(); changed(); },
    "final-step-back": () => { page.edits = page.edits.slice(0, -1); changed(); },
    "final-lock": lock,
    "final-unlock": unlock,
    "final-dialog-cancel": () => set("final-dialog", { is_open: false }),
    "final-dialog-confirm": step
  };
  const CARRIED = {
    finalDrop: (button) => { page.edits = page.edits.filter((_, at) => at !== Number(data(button).finalDrop)); changed(); },
    finalRemove: (button) => put([{
      agency: data(button).finalRemove, indicator: data(button).indicator, period: data(button).period, value: null
    }]),
    finalUndo: (button) => {
      page.reason = page.texts.undo_reason;
      set("final-reason", { value: page.reason });
      put(JSON.parse(data(button).finalUndo));
    },
    finalStep: question
  };

  document.addEventListener("click", function (event) {
    const button = event.target.closest && event.target.closest("button");
    if (!button) { return; }
    if (data(button).finalDo && (here() || by("final-scenario"))) { DEEDS[data(button).finalDo](button); return; }
    if (!here()) { return; }
    if (BUTTONS[button.id]) { BUTTONS[button.id](); return; }
    const name = Object.keys(CARRIED).find((one) => one in data(button));
    if (name) { CARRIED[name](button); }
  });

  document.addEventListener("keydown", function (event) {
    if (!here() || !page.edits.length || !(event.ctrlKey || event.metaKey) || event.altKey) { return; }
    const typing = event.target.matches && event.target.matches("input, textarea");
    if (event.key.toLowerCase() === "z" && !typing) { event.preventDefault(); BUTTONS["final-step-back"](); }
    if (event.key.toLowerCase() === "s") { event.preventDefault(); save(); }
  });

  /* Edits in hand are still there when the table is opened again in this tab; who closes it is asked. */
  let followed = 0;
  document.addEventListener("click", function (event) {
    if (event.target.closest && event.target.closest("a[href], form")) { followed = Date.now(); }
  }, true);
  window.addEventListener("beforeunload", function (event) {
    if (here() && page.edits.length && Date.now() - followed > LEAVING_MS) { event.preventDefault(); }
  });

  function follow(visible) {
    if (visible !== window.location.pathname + window.location.search) {
      window.history.replaceState(window.history.state, "", visible);
    }
    const other = new URL(visible, window.location.origin);
    if (other.searchParams.get("lang") === "en") { other.searchParams.delete("lang"); }
    else { other.searchParams.set("lang", "en"); }
    return other.pathname + other.search;
  }

  /* --- called by the app's callbacks ---------------------------------------------------------------------------- */
  const calls = {
    answered: function (answered) {
      if (!answered || !here()) { return keep(); }
      if (answered.seq !== 0 && (!page.inFlight || page.inFlight.seq !== answered.seq)) { return keep(); }
      page.inFlight = null;
      page.version = answered.version;
      page.periods = answered.periods;
      page.indicator = answered.indicator;
      const known = page.seenAt;
      if (answered.seq !== 0 || !page.edits.length || !known) { page.seenAt = answered.at; }
      if (answered.seq === 0) {
        if (page.reason) { set("final-reason", { value: page.reason }); }
        if (page.edits.length) { frame(); ask(false); }
      } else {
        remember();
        if (page.waiting) { const next = page.waiting; page.waiting = null; ask(next.whole); }
      }
      const other = follow(answered.visible);
      if (other === page.other) { return keep(); }
      page.other = other;
      return other;
    },

    kept: function (answer) {
      if (page) { page.busy = 0; }
      if (!answer) { return keep(); }
      if (answer.ok && answer.address) {
        const there = new URL(answer.address, window.location.origin);
        set("url", { pathname: there.pathname, search: there.search });
        return keep();
      }
      if (!here()) { return keep(); }
      if (answer.ok && answer.what === "save") {
        page.edits = [];
        page.reason = "";
        set("final-reason", { value: "" });
        remember();
        frame();
      }
      if (answer.ok) { page.seenAt = null; } /* what one did oneself is no news */
      if (answer.again) { ask(true); }
      return keep();
    },

    stepped: function (answer) {
      if (page) { page.busy = 0; }
      if (!answer || !here()) { return keep(); }
      if (answer.ok) {
        set("final-dialog", { is_open: false });
        set("final-comment", { value: "" });
        page.seenAt = null;
        const now = new URL(window.location.href); /* another state has other columns and buttons: the page arrives anew */
        set("url", { pathname: now.pathname, search: now.search + (now.search ? "&" : "?") + "s=" + Date.now() });
      } else if (answer.again) { ask(true); }
      return keep();
    },

    typed: function (events) {
      if (!events || !here()) { return keep(); }
      const list = Array.isArray(events) ? events : [events];
      const edits = list.filter((one) => one.colId.startsWith("target") && one.value !== one.oldValue).map((one) => ({
        agency: one.data.code, indicator: page.indicator, period: periodOf(one.colId), value: one.value
      }));
      if (edits.length) { put(edits); }
      return keep();
    },

    viewed: function (indicator) {
      if (!here() || page.version === null) { return keep(); }
      if (indicator) { page.indicator = indicator; }
      ask(true);
      return keep();
    }
  };
  window.dash_clientside = Object.assign({}, window.dash_clientside, { finalize: calls });
})();
