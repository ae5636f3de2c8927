/* Learning from an issued table: a table or a file is sent, how far the search is comes back line by line, then the
   answer. A file stays in this window; whatever else is looked at stands in the address. */
(function () {
  "use strict";

  const set = (id, props) => window.dash_clientside.set_props(id, props);
  const keep = () => window.dash_clientside.no_update;
  const at = (id) => document.getElementById(id);
  const language = () => (document.documentElement.lang === "en" ? "en" : "vi");
  const MOST_BYTES = 10 * 1024 * 1024;

  let file = null;
  let asked = null; /* campaign, table, figures, indicator, level, chosen: indicator -> position */
  let turn = 0;
  let toml = "";

  const progress = (text, done, of) => window.chitieu.sending.progress(at("learn-progress"), text, done, of);
  const tell = (text) => window.chitieu.sending.tell(at("learn-said"), text);

  function send(step, more, each) {
    const place = at("learn-said");
    const form = new FormData();
    form.append("said", JSON.stringify(Object.assign({}, asked, more)));
    if (file) { form.append("file", file, file.name); }
    return window.chitieu.sending.send("/ahead/learn/" + step + "?lang=" + language(), form, place, place.dataset, each);
  }

  /* What is looked at goes into the address, so that a reload or a link shows the same. */
  function remember() {
    const query = new URLSearchParams(window.location.search);
    const said = { t: asked.table, i: asked.indicator, l: asked.level, e: asked.chosen[asked.indicator] };
    Object.entries(said).forEach(function (entry) {
      if (entry[1] && !file) { query.set(entry[0], entry[1]); } else { query.delete(entry[0]); }
    });
    window.history.replaceState(window.history.state, "", window.location.pathname + "?" + query);
    document.querySelectorAll('[data-learn-do="table"]').forEach(function (one) {
      const here = !file && one.dataset.value === String(asked.table);
      one.classList.toggle("here", here);
      one.setAttribute("aria-pressed", String(here));
    });
  }

  function look(change) {
    asked = Object.assign({}, asked, change);
    set("learn-asked", { data: Object.assign({}, asked, { at: Date.now() }) });
  }

  function take(chosen) {
    if (!chosen) { return; }
    if (chosen.size > MOST_BYTES) { tell(at("learn-said").dataset.tooMuch); return; }
    file = chosen;
    const figures = Number(at("learn-figures").value);
    look({ table: null, figures: figures, indicator: "", level: "", chosen: {} });
  }

  const actions = {
    choose: function () {
      const input = Object.assign(document.createElement("input"), { type: "file", accept: ".xlsx,.csv,.txt,.tsv" });
      input.addEventListener("change", () => take(input.files[0]));
      input.click();
    },
    table: function (button) {
      file = null;
      look({ table: Number(button.dataset.value), figures: null, indicator: "", level: "", chosen: {} });
    },
    indicator: (button) => look({ indicator: button.dataset.value }),
    level: (button) => look({ level: button.dataset.value }),
    explanation: function (button) {
      look({ chosen: Object.assign({}, asked.chosen, { [asked.indicator]: Number(button.dataset.value) }) });
      const place = at("learn-answer");
      if (place) { place.scrollIntoView({ block: "start" }); }
    },
    file: function () {
      const link = document.createElement("a");
      link.href = URL.createObjectURL(new Blob([toml], { type: "application/toml" }));
      link.download = "phuong-an-suy-nguoc.toml";
      link.click();
      URL.revokeObjectURL(link.href);
    },
    keep: async function (button) {
      button.disabled = true;
      at("learn-fault").textContent = "";
      await send("keep", { name: at("learn-name").value }, function (line) {
        if (line.address) { window.location.assign(line.address); return; }
        at("learn-fault").textContent = line.refused || "";
      });
      button.disabled = false;
    }
  };

  document.addEventListener("click", function (event) {
    const button = event.target.closest && event.target.closest("[data-learn-do]");
    if (button) { actions[button.dataset.learnDo](button); }
  });
  document.addEventListener("change", function (event) {
    if (event.target.id === "learn-figures" && file) { look({ figures: Number(event.target.value) }); }
  });

  const dropped = (event) => event.target.closest && event.target.closest("#learn-drop");
  ["dragenter", "dragover", "dragleave", "drop"].forEach(function (name) {
    document.addEventListener(name, function (event) {
      const place = dropped(event);
      if (!place) { return; }
      event.preventDefault();
      place.classList.toggle("over", name === "dragenter" || name === "dragover");
      if (name === "drop") { take(event.dataTransfer.files[0]); }
    });
  });

  /* The answer to what is asked; the first time it comes from the address, with no file in hand. */
  async function answered(data) {
    if (!data) { return keep(); }
    if (!data.at) {
      file = null;
      asked = { campaign: data.campaign, table: data.table, figures: null, indicator: data.indicator,
        level: data.level, chosen: data.indicator ? { [data.indicator]: data.explanation } : {} };
      if (!data.table) { return []; }
    }
    turn += 1;
    const own = turn;
    let found = keep();
    const words = at("learn-said").dataset;
    const answer = at("learn-answer");
    tell("");
    progress(words.sending);
    answer.inert = true;
    await send(file ? "file" : "table", {}, function (line) {
      if (own !== turn) { return; }
      if (line.refused) { tell(line.refused); found = []; return; }
      if (line.children === undefined) { progress(line.said, line.done, line.of); return; }
      found = line.children;
      if (line.faulty) { return; }
      toml = line.toml;
      asked.indicator = line.indicator;
      asked.level = line.level;
    });
    if (own !== turn || at("learn-answer") !== answer) { return keep(); } /* asked again, or another page */
    progress("");
    answer.inert = false;
    remember();
    return found;
  }

  const calls = {
    ask: function (data) { return answered(data); }
  };
  window.dash_clientside = Object.assign({}, window.dash_clientside, { learn: calls });
})();
