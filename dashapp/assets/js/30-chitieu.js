/* What the page does without asking the server: keep the address, join sliders and boxes, pick an agency, print. */
(function () {
  "use strict";

  const NO_BREAK = "\u00a0";
  const keep = () => window.dash_clientside.no_update;
  const set = (id, props) => window.dash_clientside.set_props(id, props);
  const triggered = () => window.dash_clientside.callback_context.triggered_id;
  const language = () => document.documentElement.lang || "vi";

  /* --- numbers as people read them ----------------------------------------------------------------------- */
  function grouped(value, digits, lang, trim) {
    const scale = Math.pow(10, digits);
    const rounded = Math.floor(Math.abs(value) * scale + 0.5 + 1e-9) / scale;
    let [whole, rest] = rounded.toFixed(digits).split(".");
    whole = whole.replace(/\B(?=(\d{3})+$)/g, lang === "vi" ? "." : ",");
    if (trim && rest) { rest = rest.replace(/0+$/, ""); }
    const sign = value < 0 && rounded > 0 ? "-" : "";
    return sign + whole + (rest ? (lang === "vi" ? "," : ".") + rest : "");
  }

  function plus(text, value) { return value > 0 && !/^0([.,]0*)?$/.test(text) ? "+" + text : text; }

  function written(value, kind, lang) {
    if (value === null || value === undefined || Number.isNaN(value)) { return "–"; }
    const percent = lang === "vi" ? NO_BREAK + "%" : "%";
    switch (kind) {
      case "share": return grouped(value * 100, 1, lang, false) + percent;
      case "target": return grouped(value * 100, 1, lang, true) + percent;
      case "gain": return plus(grouped(value * 100, 1, lang, false), value);
      case "points": return grouped(value * 100, 1, lang, false);
      case "decimal": return grouped(value, 2, lang, true);
      case "added": return plus(grouped(value, 0, lang, false), value);
      default: return grouped(value, 0, lang, false);
    }
  }

  function percentOf(text, least, most) {
    const said = String(text).trim().replace(/\s*%$/, "");
    if (!/^\d{1,4}([.,]\d{1,2})?$/.test(said)) { return null; }
    const value = Number(said.replace(",", "."));
    return value >= least && value <= most ? value : null;
  }

  function typedText(value) {
    const text = String(Math.round(Number(value) * 100) / 100);
    return language() === "vi" ? text.replace(".", ",") : text;
  }

  /* --- for the table --------------------------------------------------------------------------------------- */
  const grid = (window.dashAgGridFunctions = window.dashAgGridFunctions || {});
  grid.written = written;
  grid.localeText = (params) => (window.AG_GRID_LOCALE_VN || {})[params.key] || params.defaultValue;
  grid.explainRow = (params) => {
    if (params.event.key === "Enter" && params.data && params.data.code) { params.node.setSelected(true, true); }
  };

  grid.stands = () => { window.dispatchEvent(new CustomEvent("chitieu:table")); };

  grid.fitNarrow = (params) => {
    if (window.innerWidth <= 1000) { params.api.setColumnWidths([{ key: "name", newWidth: 168 }]); }
  };

  /* --- called by the app's callbacks ------------------------------------------------------------------------ */
  const calls = {
    arrived: function () {
      requestAnimationFrame(function () {
        const page = document.querySelector("#page [data-title]");
        if (page) {
          document.documentElement.lang = page.lang;
          document.title = page.dataset.title;
        }
      });
      return keep();
    },

    campaign: function (chosen) {
      const page = shownPage();
      if (!chosen || !page || page.campaign === chosen) { return [keep(), keep()]; }
      if (window.location.pathname === "/") {
        const query = new URLSearchParams(kept(["lang"]));
        query.set("c", chosen);
        return ["/", "?" + query.toString()];
      }
      if (!window.location.pathname.startsWith("/scenarios")) { return [window.location.pathname, campaignOnly(chosen)]; }
      return ["/scenarios/" + chosen, kept(["lang"])];
    }
  };
  window.dash_clientside = Object.assign({}, window.dash_clientside, { chitieu: calls });

  function shownPage() {
    const page = document.querySelector("#page [data-campaign]");
    return page ? page.dataset : null;
  }

  function campaignOnly(chosen) {
    const query = new URLSearchParams(kept(["lang"]));
    query.set("c", chosen);
    return "?" + query.toString();
  }

  function kept(names) {
    const before = new URLSearchParams(window.location.search);
    const after = new URLSearchParams();
    names.forEach((name) => { if (before.has(name)) { after.set(name, before.get(name)); } });
    const text = after.toString();
    return text ? "?" + text : "";
  }

  window.chitieu = Object.assign(window.chitieu || {}, {
    written: written, percentOf: percentOf, typedText: typedText, shownPage: shownPage, kept: kept
  });

  /* --- a printed page has every row of a table, not only those in view ------------------------------------- */
  function printable(api) {
    const columns = api.getAllDisplayedColumns();
    const table = document.createElement("table");
    table.className = "plain-table printed";
    const line = (parent, tag, texts) => {
      const row = parent.appendChild(document.createElement("tr"));
      texts.forEach((text, at) => {
        const cell = row.appendChild(document.createElement(tag));
        cell.textContent = text;
        if (columns[at].getColDef().type === "rightAligned") { cell.className = "r"; }
      });
    };
    const texts = (node) => columns.map((column) => {
      const text = api.getCellValue({ rowNode: node, colKey: column, useFormatter: true });
      return text === null || text === undefined ? "" : String(text);
    });
    line(table.createTHead(), "th", columns.map((column) => column.getColDef().headerName || ""));
    const body = table.createTBody();
    api.forEachNodeAfterFilterAndSort((node) => line(body, "td", texts(node)));
    for (let at = 0; at < api.getPinnedBottomRowCount(); at += 1) { line(body, "td", texts(api.getPinnedBottomRow(at))); }
    return table;
  }

  function eachTable(call) {
    ["grid", "compare-grid", "final-grid"].forEach((id) => {
      const element = document.getElementById(id);
      if (element && window.dash_ag_grid) { call(window.dash_ag_grid.getApi(id), element.closest(".grid-wrap")); }
    });
  }

  function clearPrinted() { document.querySelectorAll("table.printed").forEach((one) => one.remove()); }

  window.addEventListener("beforeprint", function () {
    clearPrinted();
    eachTable((api, frame) => frame.after(printable(api)));
  });
  window.addEventListener("afterprint", clearPrinted);
})();
