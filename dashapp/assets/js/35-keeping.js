/* Keeping a scenario without the server: when what is in hand is sent to be kept, which buttons ask for what, the link
   and the clipboard, the focus in dialogs. */
(function () {
  "use strict";

  const PAUSE_MS = 1200; /* after the last move, before the draft is kept */
  const BEAT_MS = 60; /* until a value that was typed has become a move */
  const PATIENCE_MS = 20000;
  const SAID_MS = 8000;
  const ONLY_SHOWN = ["lang", "i", "in", "o", "view", "a", "sure"];

  const keep = () => window.dash_clientside.no_update;
  const set = (id, props) => window.dash_clientside.set_props(id, props);
  const by = (id) => document.getElementById(id);
  const state = () => window.chitieu.state();

  let page = null; /* what is known of the page that stands: made anew whenever another one arrives */

  function here() {
    const element = by("keep");
    if (!element) { return null; }
    if (!page || page.element !== element) {
      page = Object.assign({ element: element, seq: 0, timer: null, waits: {}, last: null }, JSON.parse(element.dataset.keeping));
    }
    if (page.last === null && state()) { page.last = essence(state().address); }
    return page;
  }

  /* What of an address makes another state, not another view of it. */
  function essence(address) {
    const url = new URL(address, window.location.origin);
    ONLY_SHOWN.forEach((name) => url.searchParams.delete(name));
    url.searchParams.sort();
    return url.pathname + url.search;
  }

  function touched() { return essence(state().address) !== essence(state().saved); }

  function version() { return Number(new URL(state().address, window.location.origin).searchParams.get("v")); }

  function tell(now) {
    const status = here() && page.element.querySelector(".keep-status");
    if (!status) { return; }
    const older = by("keep-older");
    if (now === "clean" && version() !== page.head) { now = "older"; }
    if (older) { older.textContent = String(version()); }
    status.dataset.now = now;
  }

  /* --- what is in hand is kept ------------------------------------------------------------------------------- */
  window.addEventListener("chitieu:shown", function (event) {
    if (!here()) { return; }
    const now = essence(event.detail.address);
    if (now === page.last) {
      if (!touched()) { tell("clean"); }
      return;
    }
    page.last = now;
    hush();
    if (!page.edits) { tell(touched() ? "tried" : "clean"); return; }
    page.own = true;
    tell(touched() ? "open" : "clean");
    window.clearTimeout(page.timer);
    page.timer = null;
    if (touched() || page.draft) { soonSent(); }
  });

  /* What is said of another draft holds until this page's own takes its place. */
  function replaced(now) {
    const notices = by("keep-notice");
    if (notices) { notices.classList.toggle("replaced", now); }
  }

  function soonSent() { page.timer = window.setTimeout(send, PAUSE_MS); }

  function send() {
    if (!here() || page.timer === null) { return; }
    window.clearTimeout(page.timer);
    page.timer = null;
    page.seq += 1;
    set("in-hand", { data: { seq: page.seq, address: state().address, dropped: page.dropped } });
  }

  /* Who turns to something else may leave: what waits is sent before. */
  document.addEventListener("visibilitychange", function () { if (document.hidden && page) { send(); } });
  document.addEventListener("pointerdown", function (event) {
    if (page && page.timer !== null && !event.target.closest(".levers, .keep")) { send(); }
  }, true);
  document.addEventListener("keydown", function (event) {
    if (event.key === "Enter" && page && page.timer !== null && event.target.closest("a")) { send(); }
  }, true);

  /* --- a move that is on its way is waited for --------------------------------------------------------------- */
  function moving() { return page.moved && page.moved !== page.answered; }

  window.addEventListener("chitieu:sent", function (event) { if (here()) { page.moved = event.detail.seq; } });
  window.addEventListener("chitieu:answered", function (event) { if (here()) { page.answered = event.detail.seq; } });

  /* A number that stands in a box and has not reached its slider: it is about to become a move. */
  function typing() {
    return Array.from(document.querySelectorAll(".levers .typed input")).some(function (box) {
      const slider = by(JSON.stringify({ key: JSON.parse(box.id).key, type: "lever" }));
      const value = slider && window.chitieu.percentOf(box.value, Number(slider.min), Number(slider.max));
      return value !== null && slider !== null && value !== Number(slider.value);
    });
  }

  function once(what, call) {
    if (!here() || !state()) { return; }
    const since = page.waits[what];
    if (since && Date.now() - since < PATIENCE_MS) { return; }
    const begun = Date.now();
    page.waits[what] = begun;
    const standing = page;
    if (document.body.classList.contains("replaying")) { by("replay").click(); }
    if (document.activeElement && document.activeElement.closest(".levers")) {
      const box = document.activeElement;
      box.blur();
      box.focus();
    }
    const wait = () => window.setTimeout(function () {
      if (page !== standing) { return; }
      if ((moving() || typing()) && Date.now() - begun < PATIENCE_MS) { wait(); } else { call(); }
    }, BEAT_MS);
    wait();
  }

  function done(what) { if (page) { delete page.waits[what]; } }

  window.addEventListener("chitieu:failed", function () { if (page) { page.waits = {}; page.moved = page.answered; } });

  function settle(what, more) {
    once("settle", function () {
      window.clearTimeout(page.timer);
      page.timer = null;
      page.seq += 1; /* an answer to what was sent before is an answer to nothing */
      page.asked = essence(state().address);
      const said = { what: what, address: state().address, known: page.known, head: page.head, own: page.own };
      set("to-settle", { data: Object.assign(said, { at: Date.now() }, more) });
    });
  }

  function saveAs() {
    if (here() && page.edits) {
      set("conflict", { is_open: false });
      set("save-as-dialog", { is_open: true });
    }
  }

  function confirmName() {
    const value = (id) => by(id).value;
    const said = {
      name: value("save-as-name"), english: value("save-as-english"), note: value("save-as-note"),
      shared: by("save-as-shared").checked
    };
    once("save-as", function () {
      set("to-save-as", { data: Object.assign(said, { address: state().address, own: page.own, at: Date.now() }) });
    });
  }

  /* --- the link ---------------------------------------------------------------------------------------------- */
  function link() {
    const url = new URL(state().address, window.location.origin);
    const agency = new URLSearchParams(window.location.search).get("a");
    if (agency) { url.searchParams.set("a", agency); }
    return url.origin + url.pathname + url.search.replaceAll("%2C", ",").replaceAll("%3A", ":");
  }

  function copied(field) {
    field.focus();
    field.select();
    try { return document.execCommand("copy"); } catch (fault) { return false; }
  }

  function copy() {
    const field = by("link-field"), said = by("link-said");
    if (!field) { return; }
    const tellLink = (fine) => {
      said.textContent = fine ? said.dataset.copied : said.dataset.byHand;
      said.classList.toggle("fine", fine);
      if (!fine) { field.focus(); field.select(); }
    };
    if (!window.isSecureContext || !navigator.clipboard) { tellLink(copied(field)); return; }
    navigator.clipboard.writeText(field.value).then(() => tellLink(true), () => tellLink(copied(field)));
  }

  function openLink() {
    once("link", function () {
      done("link");
      set("link-field", { value: link() });
      set("link-dialog", { is_open: true });
    });
  }

  function list(all) { set("to-list", { data: { address: state().address, all: Boolean(all), at: Date.now() } }); }

  function openHistory() {
    once("history", function () {
      done("history");
      list(false);
      set("history-panel", { is_open: true });
    });
  }

  /* --- what is clicked and typed ----------------------------------------------------------------------------- */
  const BUTTONS = {
    "save": () => (page.shipped ? saveAs() : settle("save")),
    "save-as": saveAs, "save-as-confirm": confirmName, "history": openHistory, "link": openLink, "link-copy": copy
  };
  const CARRIED = {
    close: (value) => set(value, { is_open: false }),
    instead: () => saveAs(),
    throw: (value) => settle("throw", { place: value }),
    restore: (value, data) => {
      set("history-panel", { is_open: false });
      settle("restore", { number: Number(value), head: Number(data.head) });
    },
    share: (value) => set("to-share", { data: { address: state().address, shared: value === "true", at: Date.now() } }),
    history: () => list(true)
  };

  document.addEventListener("click", function (event) {
    const link = event.target.closest && event.target.closest("a[data-go]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) { return; }
    event.preventDefault();
    const there = new URL(link.href);
    set("url", { pathname: there.pathname, search: there.search });
  });

  document.addEventListener("click", function (event) {
    const button = event.target.closest && event.target.closest("button");
    if (!button || !here() || !state()) { return; }
    if (BUTTONS[button.id]) { BUTTONS[button.id](); return; }
    const name = Object.keys(CARRIED).find((one) => one in button.dataset);
    if (name) { CARRIED[name](button.dataset[name], button.dataset); }
  });

  document.addEventListener("keydown", function (event) {
    const typing = event.target.matches && event.target.matches("#save-as-dialog input");
    if (event.key === "Enter" && typing && !event.isComposing) {
      event.preventDefault();
      confirmName();
    }
  });

  /* --- what came of it stays until something else is done, or for a while ------------------------------------ */
  let quiet = null;

  function hush() {
    window.clearTimeout(quiet);
    const said = by("keep-said");
    if (said && said.firstElementChild) { set("keep-said", { children: [] }); }
  }

  document.addEventListener("pointerdown", function (event) {
    if (page && !event.target.closest(".keep")) { hush(); }
  });

  function soonQuiet() {
    window.clearTimeout(quiet);
    quiet = window.setTimeout(function () {
      const said = by("keep-said");
      if (said && said.querySelector(".good")) { hush(); }
    }, SAID_MS);
  }

  /* Into a dialog that opens; another one that closes meanwhile gives the focus back to where it was, outside. */
  function focus(id, wholly) {
    let left = 12;
    const timer = window.setInterval(function () {
      const field = by(id);
      const inside = field && field.closest(".modal") && field.closest(".modal").contains(document.activeElement);
      left -= 1;
      if (field && (left === 11 || !inside)) { field.focus(); if (wholly) { field.select(); } }
      if (!field || left === 0) { window.clearInterval(timer); }
    }, BEAT_MS);
  }

  /* --- called by the app's callbacks -------------------------------------------------------------------------- */
  const calls = {
    kept: function (answer) {
      if (!answer || !here() || answer.seq !== page.seq) { return keep(); }
      if (answer.dropped !== null) { page.dropped = answer.dropped; }
      page.draft = answer.draft;
      if (answer.kept) {
        tell(answer.draft ? "draft" : "clean");
        if (answer.draft) { replaced(true); }
      }
      else if (answer.dropped !== null && !page.again) {
        page.again = true; /* another window of the same person ended the draft: this is a new one */
        page.timer = 0;
        send();
        return keep();
      }
      page.again = false;
      return keep();
    },

    settled: function (answer) {
      done("settle");
      if (!answer || !here()) { return keep(); }
      replaced(false);
      if (answer.dropped !== null) { page.dropped = answer.dropped; page.draft = false; }
      if (answer.known !== null) { page.known = answer.known; page.head = answer.known; }
      const moved = moving() || essence(state().address) !== page.asked; /* that stays, as a change of the version it is of */
      if (answer.address !== null && !moved) {
        page.own = false;
        page.last = essence(answer.address);
        window.chitieu.show(answer.address);
      } else if (page.own && touched()) { soonSent(); }
      if (answer.open === "save-as") { saveAs(); }
      if (answer.open === "conflict") { set("conflict", { is_open: true }); }
      soonQuiet();
      return keep();
    },

    savedAs: function (answer) {
      if (!answer) { return [keep(), keep()]; }
      done("save-as");
      if (answer.pathname === null) {
        focus(document.querySelector("#save-as-english.is-invalid") ? "save-as-english" : "save-as-name");
        return [keep(), keep()];
      }
      set("save-as-dialog", { is_open: false });
      return [answer.pathname, answer.search];
    },

    opened: function (isOpen) {
      if (isOpen) { focus("save-as-name", true); }
      return keep();
    },

    linked: function (isOpen) {
      if (isOpen) {
        window.setTimeout(function () {
          const whose = document.querySelector("#link-shared .private");
          if (whose) { focus("link-field", true); } else { copy(); }
        }, BEAT_MS);
      }
      return keep();
    }
  };
  window.dash_clientside = Object.assign({}, window.dash_clientside, { keeping: calls });
})();
