/* What stands around every chart: its table twin and the pictures that can be saved. */
(function () {
  "use strict";

  const TITLE_HEIGHT = 48;
  const EDGE = 16;

  /* --- the table twin ---------------------------------------------------------------------------------------- */
  function tableOf(said) {
    const table = document.createElement("table");
    table.className = "plain-table";
    table.createCaption().textContent = said.caption;
    const right = new Set(said.right);
    const cell = (row, tag, text, at, scope) => {
      const made = row.appendChild(document.createElement(tag));
      made.textContent = text;
      if (right.has(at)) { made.className = "r"; }
      if (scope) { made.scope = scope; }
    };
    const head = table.createTHead().insertRow();
    said.heads.forEach((text, at) => cell(head, "th", text, at, "col"));
    const body = table.createTBody();
    said.rows.forEach((texts) => {
      const row = body.insertRow();
      texts.forEach((text, at) => cell(row, at ? "td" : "th", text, at, at ? "" : "row"));
    });
    return table;
  }

  function draw(frame) {
    const place = frame.querySelector("[data-twin]");
    if (place) { place.replaceChildren(tableOf(JSON.parse(place.dataset.twin))); }
  }

  /* An open twin follows its chart. */
  const watched = new WeakMap();

  function turn(button) {
    const frame = document.getElementById(button.dataset.twinOf + "-twin");
    if (!frame) { return; }
    const open = frame.hidden;
    frame.hidden = !open;
    button.setAttribute("aria-expanded", String(open));
    if (watched.has(frame)) { watched.get(frame).disconnect(); }
    if (!open) { return; }
    draw(frame);
    const observer = new MutationObserver((changes) => {
      if (changes.some((one) => one.type === "attributes" || one.target.id === frame.id + "-table")) { draw(frame); }
    });
    observer.observe(frame, { subtree: true, childList: true, attributes: true, attributeFilter: ["data-twin"] });
    watched.set(frame, observer);
  }

  /* --- pictures ---------------------------------------------------------------------------------------------- */
  function bold(text) { return "<b>" + text.replace(/&/g, "&amp;").replace(/</g, "&lt;") + "</b>"; }

  /* The picture says by itself what the page says around the chart: its heading. */
  function whole(graph, title) {
    const layout = structuredClone(graph.layout);
    const margin = Object.assign({}, layout.margin);
    const width = Math.max(graph.clientWidth, 640);
    const height = graph.clientHeight + TITLE_HEIGHT;
    margin.t = (margin.t || 0) + TITLE_HEIGHT;
    const heading = { text: bold(title), x: 0, xref: "container", xanchor: "left", y: 1, yref: "container", yanchor: "top" };
    Object.assign(heading, { pad: { l: EDGE, t: EDGE }, font: { size: 16 } });
    Object.assign(layout, { width: width, height: height, autosize: false, margin: margin, title: heading });
    return { figure: { data: graph.data, layout: layout, config: { staticPlot: true } }, width: width, height: height };
  }

  function save(button) {
    const graph = document.querySelector("#" + CSS.escape(button.dataset.saveOf) + " .js-plotly-plot");
    if (!graph || !window.Plotly || button.getAttribute("aria-busy") === "true") { return; }
    const title = document.getElementById(button.dataset.saveOf + "-panel-title");
    const made = whole(graph, title ? title.textContent : "");
    const wanted = { format: button.dataset.save, filename: button.dataset.saveAs, width: made.width, height: made.height };
    if (wanted.format === "png") { wanted.scale = 2; }
    button.setAttribute("aria-busy", "true");
    const done = () => button.removeAttribute("aria-busy");
    window.Plotly.downloadImage(made.figure, wanted).then(done, done);
  }

  /* --- paper ------------------------------------------------------------------------------------------------- */
  /* With a view box a drawing can be larger or smaller than it was drawn; the style of the page says how wide. */
  const drawings = () => document.querySelectorAll(".js-plotly-plot .main-svg");

  window.addEventListener("beforeprint", function () {
    drawings().forEach((one) => {
      const size = { width: one.width.baseVal.value, height: one.height.baseVal.value };
      one.setAttribute("viewBox", "0 0 " + size.width + " " + size.height);
      one.setAttribute("preserveAspectRatio", "xMinYMin meet");
      const graph = one.closest(".dash-graph");
      if (graph) { graph.style.setProperty("--drawn", size.width + "px"); }
    });
  });
  window.addEventListener("afterprint", function () {
    drawings().forEach((one) => {
      one.removeAttribute("viewBox");
      one.removeAttribute("preserveAspectRatio");
    });
  });

  document.addEventListener("click", function (event) {
    const button = event.target.closest && event.target.closest("button[data-twin-of], button[data-save-of]");
    if (!button) { return; }
    if (button.dataset.twinOf) { turn(button); } else { save(button); }
  });
})();
