/* Figures without the server: cells typed and pasted are kept until they are accepted, files are sent as they are,
   proposals are gathered until they are applied. What anything would change is said by the server. */
(function () {
  "use strict";

  const set = (id, props) => window.dash_clientside.set_props(id, props);
  const at = (id) => document.getElementById(id);
  const language = () => (document.documentElement.lang === "en" ? "en" : "vi");
  const MOST_BYTES = 50 * 1024 * 1024;
  const GRID = "figures-grid";

  let files = []; /* {file, repairs: {place: {sheet, cell, text}}} */
  let busy = false;
  let leaving = false; /* taken in: the page that comes says so, this one takes nothing more */
  let again = false; /* what is in hand changed while it was being checked */

  /* --- numbers in the table: typed cells are shown as they were typed ---------------------------------------- */
  const grid = (window.dashAgGridFunctions = window.dashAgGridFunctions || {});
  grid.figureText = function (value, kind, lang) {
    if (typeof value === "string") { return value; }
    if (value === null || value === undefined) { return ""; }
    if (kind !== "exact") { return window.chitieu.written(value, kind, lang); }
    const text = String(Math.round(value * 1e8) / 1e6);
    return lang === "vi" ? text.replace(".", ",") + "\u00a0%" : text + "%";
  };

  const parts = (window.dashAgGridComponentFunctions = window.dashAgGridComponentFunctions || {});
  parts.FiguresHistory = function (props) {
    return window.React.createElement("button", {
      type: "button", className: "tool", tabIndex: -1,
      "aria-label": props.said.replace("{name}", props.data.name),
      onClick: () => ask(props.data.code)
    }, props.text);
  };

  function ask(code) {
    const said = page();
    set("figures-to-tell", { data: { campaign: said.campaign, agency: code, indicator: said.indicator, at: Date.now() } });
  }

  function page() {
    const place = document.querySelector("[data-figures-of]");
    return place ? { campaign: place.dataset.figuresOf, indicator: place.dataset.figuresShown } : null;
  }

  /* --- cells that were typed ------------------------------------------------------------------------------------ */
  const key = () => "chitieu.figures." + page().campaign;

  function kept(name) {
    try { return JSON.parse(window.sessionStorage.getItem(name)) || { base: "", cells: {} }; }
    catch (fault) { return { base: "", cells: {} }; }
  }

  const typed = () => kept(key());
  const thrown = () => kept(key() + ".thrown");

  function keep(all) {
    if (Object.keys(all.cells).length) { window.sessionStorage.setItem(key(), JSON.stringify(all)); }
    else { window.sessionStorage.removeItem(key()); }
    say();
  }

  function place(agency, indicator, field) { return [agency, indicator, field].join("\t"); }

  function cells() {
    return Object.entries(typed().cells).map(function (entry) {
      const [agency, indicator, field] = entry[0].split("\t");
      return { agency: agency, indicator: indicator, field: field, text: entry[1] };
    });
  }

  /* What is typed and not taken in, and what was dropped and can be brought back. */
  function say(first) {
    const words = at("figures-editing");
    if (!words) { return; }
    const all = typed();
    const count = Object.keys(all.cells).length, dropped = Object.keys(thrown().cells).length;
    const edited = at("figures-edited");
    const button = (does) => edited.querySelector('[data-figures-do="' + does + '"]');
    edited.hidden = count + dropped === 0;
    button("look").hidden = button("throw").hidden = count === 0;
    button("bring-back").hidden = dropped === 0;
    const said = [];
    if (count) { said.push((first ? words.dataset.kept : words.dataset.unsaved).replace("{count}", count)); }
    if (count && all.base && all.base !== words.dataset.numberOf) {
      said.push(words.dataset.older.replace("{from}", all.base).replace("{to}", words.dataset.numberOf));
    }
    if (dropped) { said.push(words.dataset.thrown.replace("{count}", dropped)); }
    at("figures-unsaved").textContent = said.join(" ");
  }

  function remember(node, field, text) {
    const words = at("figures-editing").dataset;
    const all = typed();
    if (!Object.keys(all.cells).length) { all.base = words.numberOf; }
    all.cells[place(node.data.code, words.indicatorOf, field)] = text;
    keep(all);
  }

  function show(node, field, text) {
    node.data[field] = text;
    if (field === "numerator" || field === "denominator") { node.data.now = null; }
    node.data.typed = Object.assign({}, node.data.typed, { [field]: text });
  }

  function changed(event) {
    const field = event.colDef.field;
    const text = event.newValue === null || event.newValue === undefined ? "" : String(event.newValue).trim();
    const format = event.colDef.valueFormatter;
    const before = typeof format === "function" ? format({ value: event.oldValue }) : event.oldValue;
    if (text === String(before === null || before === undefined ? "" : before).trim()) {
      event.data[field] = event.oldValue;
    } else {
      show(event.node, field, text);
      remember(event.node, field, text);
    }
    event.api.refreshCells({ rowNodes: [event.node], force: true });
  }

  function restore(api) {
    const indicator = at("figures-editing").dataset.indicatorOf;
    cells().filter((one) => one.indicator === indicator).forEach(function (one) {
      const node = api.getRowNode(one.agency);
      if (node) { show(node, one.field, one.text); }
    });
    api.refreshCells({ force: true });
    say(true);
  }

  /* What was taken in is said on the page that comes after. */
  function arrived() {
    const text = window.sessionStorage.getItem("chitieu.figures.taken");
    window.sessionStorage.removeItem("chitieu.figures.taken");
    if (text) { tell(text); }
  }

  function ready(element) {
    if (element.dataset.watched || !window.dash_ag_grid) { return; }
    element.dataset.watched = "true";
    window.dash_ag_grid.getApiAsync(GRID).then(function (api) {
      api.addEventListener("cellKeyDown", function (event) {
        if (event.event.key === "Enter" && event.column.getColId() === "history") { ask(event.data.code); }
      });
      arrived();
      if (!at("figures-editing")) { return; }
      api.addEventListener("cellValueChanged", changed);
      restore(api);
    });
  }

  /* Files belong to the page they were dropped on, which stands before its table does. */
  new MutationObserver(function () {
    const drop = at("figures-drop"), element = at(GRID);
    if (drop && !drop.dataset.watched) { drop.dataset.watched = "true"; files = []; }
    if (element && !element.dataset.watched) { ready(element); }
  }).observe(document.documentElement, { childList: true, subtree: true });

  /* --- a block copied from a spreadsheet ------------------------------------------------------------------------ */
  function block(text) {
    const rows = [[]];
    let cell = "", quoted = false, begun = false;
    const end = () => { rows[rows.length - 1].push(cell.trim()); cell = ""; begun = false; };
    const letters = text.replace(/\r\n?/g, "\n").replace(/\n$/, "");
    for (let i = 0; i < letters.length; i += 1) {
      const letter = letters[i];
      if (quoted) {
        if (letter === '"' && letters[i + 1] === '"') { cell += '"'; i += 1; }
        else if (letter === '"') { quoted = false; }
        else { cell += letter === "\n" ? " " : letter; }
      } else if (letter === '"' && !begun) { quoted = true; begun = true; }
      else if (letter === "\t") { end(); }
      else if (letter === "\n") { end(); rows.push([]); }
      else { cell += letter; begun = true; }
    }
    end();
    return rows;
  }

  const plain = (text) => text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/đ/gi, "d").toLowerCase()
    .replace(/\s+/g, " ").trim();

  function paste(event) {
    const frame = event.target.closest && event.target.closest(".figures-grid");
    if (!frame || !at("figures-editing") || event.target.closest("input, textarea")) { return; }
    const api = window.dash_ag_grid.getApi(GRID);
    const focus = api.getFocusedCell();
    const text = event.clipboardData.getData("text/plain");
    if (!focus || !text) { return; }
    event.preventDefault();
    const columns = api.getAllDisplayedColumns();
    const first = columns.indexOf(focus.column);
    const byName = columns[first].getColId() === "name";
    const named = {};
    if (byName) { api.forEachNode((node) => { named[plain(node.data.name)] = node; named[plain(node.data.code)] = node; }); }
    let pasted = 0, off = 0;
    const unknown = [];
    block(text).forEach(function (line, down) {
      const node = byName ? named[plain(line[0])] : api.getDisplayedRowAtIndex(focus.rowIndex + down);
      if (byName && !node && line[0]) { unknown.push(line[0]); return; }
      line.forEach(function (cell, right) {
        if (byName && right === 0) { return; }
        const column = columns[first + right];
        const field = column && column.getColId();
        if (!node || !column || !column.getColDef().editable) { off += 1; return; }
        show(node, field, cell);
        remember(node, field, cell);
        pasted += 1;
      });
    });
    api.refreshCells({ force: true });
    const words = at("figures-editing").dataset;
    const said = [words.pasted.replace("{count}", pasted)];
    if (off) { said.push(words.pastedOff.replace("{count}", off)); }
    if (unknown.length) { said.push(words.pastedUnknown.replace("{names}", unknown.slice(0, 8).join(", "))); }
    at("figures-pasted").textContent = said.join(" ");
  }
  document.addEventListener("paste", paste);

  /* --- to the server and back ----------------------------------------------------------------------------------- */
  function body(more) {
    const form = new FormData();
    const repairs = files.flatMap((one, index) => Object.values(one.repairs).map((r) => Object.assign({ file: index }, r)));
    const whole = at("figures-whole");
    const drop = at("figures-drop").dataset;
    form.append("said", JSON.stringify(Object.assign({
      repairs: repairs, typed: cells(), whole: Boolean(whole && whole.checked), seen: Number(drop.numberOf)
    }, more)));
    files.forEach((one) => form.append("file", one.file, one.file.name));
    return form;
  }

  const progress = (text, done, of) => window.chitieu.sending.progress(at("figures-progress"), text, done, of);
  const tell = (text) => window.chitieu.sending.tell(at("figures-said"), text);

  async function send(step, more, each) {
    if (busy) { return; }
    const words = at("figures-drop").dataset;
    if (files.reduce((sum, one) => sum + one.file.size, 0) > MOST_BYTES) { tell(words.tooMuch); return; }
    hold(true);
    tell("");
    progress(words.sending);
    const query = new URLSearchParams({ c: words.campaignOf, lang: language() });
    await window.chitieu.sending.send("/figures/" + step + "?" + query, body(more), at("figures-said"), words, each);
    hold(false);
    progress("");
    if (again) { again = false; look(); }
  }

  /* While something is under way the preview is out of date: nothing in it can be pressed. */
  function hold(on) {
    busy = on;
    const place = at("figures-preview");
    if (place) { place.inert = on || leaving; }
  }

  function look() {
    if (busy) { again = true; return; }
    send("check", {}, function (line) {
      if (line.refused) { tell(line.refused); return; }
      if (line.children === undefined) { progress(line.said, line.done, line.of); return; }
      set("figures-answer", { data: line });
    });
  }

  function accept(button) {
    const value = (id) => (at(id) ? at(id).value : "");
    const about = { origin: value("figures-origin"), reporter: value("figures-reporter"), note: value("figures-note") };
    send("accept", Object.assign({ token: button.dataset.token }, about), function (line) {
      if (line.refused) { tell(line.refused); return; }
      window.sessionStorage.removeItem(key());
      window.sessionStorage.removeItem(key() + ".thrown");
      window.sessionStorage.setItem("chitieu.figures.taken", line.taken);
      files = [];
      busy = false;
      leaving = true;
      const query = new URLSearchParams(window.location.search);
      query.delete("fv");
      window.location.assign("/figures?" + query);
    });
  }

  function add(chosen) {
    const fresh = Array.from(chosen).map((file) => ({ file: file, repairs: {} }));
    if (!fresh.length) { return; }
    files = files.filter((one) => !fresh.some((other) => other.file.name === one.file.name)).concat(fresh);
    look();
  }

  /* --- what buttons do -------------------------------------------------------------------------------------------- */
  const actions = {
    choose: function () {
      const input = Object.assign(document.createElement("input"), { type: "file", multiple: true, accept: ".xlsx,.csv,.txt,.tsv" });
      input.addEventListener("change", () => add(input.files));
      input.click();
    },
    look: look,
    throw: function () {
      const now = typed(), before = thrown();
      const all = { base: before.base || now.base, cells: Object.assign(before.cells, now.cells) };
      window.sessionStorage.setItem(key() + ".thrown", JSON.stringify(all));
      keep({ base: "", cells: {} });
      window.location.reload();
    },
    "bring-back": function () {
      const all = thrown(), now = typed();
      window.sessionStorage.removeItem(key() + ".thrown");
      keep({ base: now.base || all.base, cells: Object.assign(all.cells, now.cells) });
      window.location.reload();
    },
    leave: function (button) {
      const out = button.dataset.at.split(",").map(Number);
      files = files.filter((one, at) => !out.includes(at));
      if (files.length || cells().length) { look(); } else { actions.cancel(); }
    },
    repair: function (button) {
      const on = button.getAttribute("aria-pressed") !== "true";
      document.querySelectorAll('[data-figures-do="repair"]').forEach(function (other) {
        const same = ["at", "sheet", "cell"].every((name) => other.dataset[name] === button.dataset[name]);
        if (same) { other.setAttribute("aria-pressed", "false"); }
      });
      button.setAttribute("aria-pressed", String(on));
    },
    "repair-all": function () {
      document.querySelectorAll('[data-figures-do="repair"][data-notation="true"]').forEach(function (one) {
        one.setAttribute("aria-pressed", "true");
      });
    },
    "repair-check": function () {
      document.querySelectorAll('[data-figures-do="repair"][aria-pressed="true"]').forEach(function (one) {
        const said = { sheet: one.dataset.sheet, cell: one.dataset.cell, text: one.dataset.text };
        files[Number(one.dataset.at)].repairs[said.sheet + "\n" + said.cell] = said;
      });
      look();
    },
    accept: accept,
    cancel: function () {
      files = [];
      tell("");
      set("figures-answer", { data: { children: [] } });
    },
    find: function () {
      const query = new URLSearchParams(window.location.search);
      const wanted = at("figures-search").value.trim();
      if (wanted) { query.set("q", wanted); } else { query.delete("q"); }
      window.location.assign("/figures?" + query);
    },
    copy: function (button) {
      const text = at("figures-reminder");
      const done = () => { at("figures-copied").textContent = button.dataset.copied; };
      const byHand = () => { text.select(); if (document.execCommand("copy")) { done(); } };
      if (navigator.clipboard && window.isSecureContext) { navigator.clipboard.writeText(text.value).then(done, byHand); }
      else { byHand(); }
    },
    close: function () { set("figures-history", { is_open: false }); }
  };

  document.addEventListener("click", function (event) {
    const button = event.target.closest && event.target.closest("[data-figures-do]");
    if (button) { actions[button.dataset.figuresDo](button); }
  });
  document.addEventListener("keydown", function (event) {
    if (event.key === "Enter" && event.target.id === "figures-search") { actions.find(); }
    if (event.key === "Escape" && event.target.closest && document.getElementById("figures-history") && event.target.closest(".offcanvas.history")) { actions.close(); }
  });

  /* --- files that are dropped ------------------------------------------------------------------------------------- */
  const dropped = (event) => event.target.closest && event.target.closest("#figures-drop");
  ["dragenter", "dragover", "dragleave", "drop"].forEach(function (name) {
    document.addEventListener(name, function (event) {
      const place = dropped(event);
      if (!place) { return; }
      event.preventDefault();
      place.classList.toggle("over", name === "dragenter" || name === "dragover");
      if (name === "drop") { add(event.dataTransfer.files); }
    });
  });

  window.addEventListener("beforeunload", function (event) {
    if (busy || files.length) { event.preventDefault(); }
  });

  const calls = {
    answered: function (data) {
      if (data && data.said) {
        requestAnimationFrame(() => requestAnimationFrame(function () {
          const place = at("figures-preview");
          if (place) { place.scrollIntoView({ block: "start" }); place.focus({ preventScroll: true }); }
        }));
      }
      return data ? data.children : [];
    }
  };
  window.dash_clientside = Object.assign({}, window.dash_clientside, { figures: calls });

})();
