/* Log and administration: a form that asks for another address goes there without a new load. */
(function () {
  "use strict";

  /* --- what one looks for is an address; what is empty is left out ------------------------------------------- */
  document.addEventListener("submit", function (event) {
    const form = event.target;
    if (!form.matches || !form.matches("form[data-goes]")) { return; }
    event.preventDefault();
    const query = new URLSearchParams();
    new FormData(form).forEach((value, name) => { if (!["", "-"].includes(String(value).trim())) { query.set(name, String(value).trim()); } });
    const text = query.toString();
    window.history.pushState({}, "", form.getAttribute("action") + (text ? "?" + text : ""));
    window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
  });

  /* --- one thing is changed in a dialog; what is typed there stays until it is saved or thrown away twice -------- */
  const keep = () => window.dash_clientside.no_update;
  const set = (id, props) => window.dash_clientside.set_props(id, props);
  const dialog = () => document.getElementById("admin-dialog");
  const form = () => dialog().querySelector("form");
  const campaign = () => document.querySelector("[data-admin]").dataset.adminCampaign;
  const told = () => document.querySelector("#admin-fault [role=alert]");

  let before = ""; /* the fields as they were when the dialog opened */
  let warned = false;
  let opener = null;

  function filled() { return JSON.stringify(Array.from(new FormData(form()))); }

  function busy(on) {
    const button = form() && form().querySelector("[type=submit]");
    if (button) { button.disabled = on; }
  }

  function leave() {
    if (form() && filled() !== before && !warned) {
      warned = true;
      const words = document.createElement("p");
      words.className = "alert alert-warning unsaved";
      words.setAttribute("role", "alert");
      words.textContent = dialog().dataset.unsaved;
      form().before(words);
      return;
    }
    dialog().close();
  }

  document.addEventListener("click", function (event) {
    const button = event.target.closest && event.target.closest("button[data-admin-open], button[data-admin-cancel]");
    if (!button) { return; }
    if (button.dataset.adminCancel) { leave(); return; }
    opener = { what: button.dataset.adminOpen, of: button.dataset.of || "" };
    set("admin-to-open", { data: Object.assign({ campaign: campaign(), at: Date.now() }, opener) });
  });

  document.addEventListener("cancel", function (event) {
    if (event.target.id === "admin-dialog") { event.preventDefault(); leave(); }
  }, true);

  document.addEventListener("close", function (event) {
    if (event.target.id !== "admin-dialog") { return; }
    set("admin-form", { children: [] });
    set("admin-fault", { children: [] });
    set("admin-to-do", { data: null });
    document.querySelectorAll("#admin-dialog .unsaved").forEach((one) => one.remove());
    const places = Array.from(document.querySelectorAll("button[data-admin-open]"));
    const back = opener && places.find((one) => one.dataset.adminOpen === opener.what && one.dataset.of === opener.of);
    if (back) { back.focus(); }
  }, true);

  document.addEventListener("submit", function (event) {
    const sent = event.target;
    if (!sent.matches || !sent.matches("form[data-admin-do]")) { return; }
    event.preventDefault();
    if (!sent.dataset.adminDo) { dialog().close(); return; }
    busy(true);
    const said = { what: sent.dataset.adminDo, of: sent.dataset.of, version: sent.dataset.version };
    const fields = Object.fromEntries(new FormData(sent));
    const looked = new URLSearchParams(window.location.search).get("q") || "";
    Object.assign(said, { campaign: campaign(), looked_for: looked, fields: fields, at: Date.now() });
    set("admin-to-do", { data: said });
  });

  /* --- a backup is made when it is asked for; the page says what came of it -------------------------------------- */
  function tell(words, tone) {
    const line = document.createElement("div");
    line.className = "message " + tone;
    line.setAttribute("role", tone === "danger" ? "alert" : "status");
    line.textContent = words;
    const place = document.getElementById("admin-told");
    if (place) { place.replaceChildren(line); line.scrollIntoView({ block: "nearest" }); }
  }

  const token = () => window.chitieu.sending.token();

  async function fetched(sent) {
    const answer = await window.fetch(sent.getAttribute("action"), { method: "POST", headers: { "X-CSRFToken": token() } });
    if (!answer.ok) {
      const said = await answer.json().catch(() => null);
      const lang = document.documentElement.lang === "en" ? "en" : "vi";
      throw new Error(said && said.message && answer.status < 500 ? said.message[lang] : sent.dataset.failed);
    }
    const name = /filename="?([^";]+)/.exec(answer.headers.get("Content-Disposition") || "");
    const link = document.createElement("a");
    link.href = URL.createObjectURL(await answer.blob());
    link.download = name ? name[1] : "chitieu.backup";
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  }

  document.addEventListener("submit", function (event) {
    const sent = event.target;
    if (!sent.matches || !sent.matches("form[data-download]")) { return; }
    event.preventDefault();
    const button = sent.querySelector("button");
    button.disabled = true;
    tell(sent.dataset.busy, "");
    fetched(sent).then(function () {
      document.getElementById("admin-told").replaceChildren();
      set("admin-to-do", { data: { what: "backup.tell", campaign: campaign(), at: Date.now() } });
    }, (fault) => tell(fault instanceof TypeError ? sent.dataset.failed : fault.message, "danger"))
      .finally(() => { button.disabled = false; });
  });

  /* --- a template that comes back from Word: sent as it is; why it is not taken stands where it was chosen --------- */
  async function taken(button, file) {
    const body = new FormData();
    body.append("file", file);
    const answer = await window.fetch(button.dataset.address, { method: "POST", headers: { "X-CSRFToken": token() }, body: body });
    const said = await answer.json().catch(() => null);
    if (said && said.refused) { throw new Error(said.refused); }
    if (answer.ok) { return; }
    const lang = document.documentElement.lang === "en" ? "en" : "vi";
    throw new Error(said && said.message && answer.status < 500 ? said.message[lang] : button.dataset.failed);
  }

  document.addEventListener("click", function (event) {
    const button = event.target.closest && event.target.closest("button[data-upload]");
    if (!button) { return; }
    const input = document.createElement("input");
    input.type = "file";
    input.accept = ".docx";
    input.addEventListener("change", function () {
      if (!input.files.length) { return; }
      button.disabled = true;
      tell(button.dataset.busy, "");
      taken(button, input.files[0]).then(function () {
        document.getElementById("admin-told").replaceChildren();
        set("admin-to-do", { data: { what: button.dataset.upload, campaign: campaign(), at: Date.now() } });
      }, (fault) => tell(fault instanceof TypeError ? button.dataset.failed : fault.message, "danger"))
        .finally(() => { button.disabled = false; });
    });
    input.click();
  });

  /* What the server refuses before it looks at the page is said in the dialog too, and the way to log in keeps it. */
  new MutationObserver(function () {
    const bar = document.querySelector("body > #refused");
    const open = dialog();
    if (!bar || !open || !open.open) { return; }
    bar.querySelectorAll("a").forEach((link) => { link.target = "_blank"; });
    open.prepend(bar);
    busy(false);
  }).observe(document.documentElement, { childList: true, subtree: true });

  const calls = {
    opened: function (at) {
      if (!at || !dialog()) { return keep(); }
      requestAnimationFrame(() => requestAnimationFrame(function () {
        warned = false;
        if (!dialog().open) { dialog().showModal(); }
        before = filled();
        const first = form().querySelector("input, select, textarea") || form().querySelector("[type=submit]");
        first.focus();
      }));
      return keep();
    },

    done: function (answer) {
      if (!answer || !dialog()) { return keep(); }
      if (!dialog().open) { return keep(); }
      busy(false);
      if (answer.ok) { requestAnimationFrame(() => dialog().close()); return keep(); }
      if (answer.version) { form().dataset.version = answer.version; }
      requestAnimationFrame(() => requestAnimationFrame(() => { if (told()) { told().focus(); } }));
      return keep();
    }
  };
  /* --- the log is verified a stretch a call, until there is nothing more to ask --------------------------------- */
  const log = {
    begin: function (clicks) { return clicks ? { after: 0, at: Date.now() } : keep(); },
    goOn: function (next) { return next ? Object.assign({ at: Date.now() }, next) : keep(); }
  };
  window.dash_clientside = Object.assign({}, window.dash_clientside, { admin: calls, log: log });
})();
