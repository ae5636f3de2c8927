/* Sweeps: what is filled in or pressed goes to the server as one thing to do; a changed filter is asked for at once. */
(function () {
  "use strict";

  const set = (id, props) => window.dash_clientside.set_props(id, props);
  const ask = (what) => set("sweep-to-do", { data: Object.assign({ at: Date.now() }, what) });

  function busy(button) {
    if (!button) { return; }
    button.disabled = true;
    window.setTimeout(function () { button.disabled = false; }, 3000);
  }

  document.addEventListener("submit", function (event) {
    const form = event.target;
    if (!form.matches || !form.matches("form[data-sweep-start]")) { return; }
    event.preventDefault();
    const fields = {};
    new FormData(form).forEach((value, name) => { fields[name] = String(value); });
    busy(form.querySelector("[type=submit]"));
    ask({ what: "start", campaign: form.dataset.campaign, slug: form.dataset.slug, indicator: form.dataset.indicator, fields: fields });
  });

  document.addEventListener("click", function (event) {
    const button = event.target.closest && event.target.closest("button[data-sweep-do]");
    if (!button) { return; }
    if (button.dataset.sweepDo === "ready") {
      document.querySelector("form[data-sweep-start]").requestSubmit();
      busy(button);
      return;
    }
    const said = button.dataset;
    if (said.confirm) { /* what cannot be undone is pressed twice */
      button.textContent = said.confirm;
      delete said.confirm;
      return;
    }
    busy(button);
    ask({ what: said.sweepDo, of: said.of, campaign: said.campaign, number: said.number || "", assumed: said.assumed || "" });
  });

  document.addEventListener("change", function (event) {
    const form = event.target.closest && event.target.closest("form[data-soon]");
    if (!form) { return; }
    form.requestSubmit();
    window.setTimeout(function () { back(document.activeElement, 60); }, 0);
  });

  /* The page is drawn anew: who went on to the next box stays there. */
  function back(was, tries) {
    if (!was || !was.id || !tries) { return; }
    const now = document.getElementById(was.id);
    if (now && now !== was) {
      if (document.activeElement === document.body) { now.focus({ preventScroll: true }); }
      return;
    }
    window.setTimeout(function () { back(was, tries - 1); }, 50);
  }

  /* --- a row of the table is an address ------------------------------------------------------------------------ */
  function go(number) {
    const table = document.querySelector(".sweep-grid");
    const address = table.dataset.address;
    window.history.pushState({}, "", address + (address.includes("?") ? "&" : "?") + "n=" + encodeURIComponent(number));
    window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
    show();
  }

  /* What was asked for stands higher up on the page. */
  function show(tries) {
    window.setTimeout(function () {
      const title = document.querySelector("#sweep-picked-title");
      if (title) { title.closest("section").scrollIntoView({ block: "center" }); }
      else if ((tries || 0) < 20) { show((tries || 0) + 1); }
    }, 100);
  }

  const grid = (window.dashAgGridFunctions = window.dashAgGridFunctions || {});
  grid.sweepRow = (params) => { if (params.data) { go(params.data.number); } };
  grid.sweepKey = (params) => { if (params.event.key === "Enter" && params.data) { go(params.data.number); } };
})();
