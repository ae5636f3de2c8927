/* The comparison without the server: which scenarios stand beside each other, the address, the question before one is
   chosen. The server is told what is asked for and answers what the page shows. */
(function () {
  "use strict";

  const keep = () => window.dash_clientside.no_update;
  const set = (id, props) => window.dash_clientside.set_props(id, props);

  let wanted = null; /* what was asked for and is not answered yet */
  let back = null; /* what gets the focus once the answer stands */

  function shown() {
    const table = document.querySelector("[data-compared]");
    return table ? table.dataset : null;
  }

  function slugs() { return wanted || shown().compared.split(","); }

  function ask(next, focus) {
    wanted = next;
    back = focus;
    set("compared", { data: { campaign: shown().ofCampaign, slugs: next } });
  }

  const actions = {
    compareAdd: function (button, slug) {
      button.closest("details").open = false;
      if (!slugs().includes(slug)) { ask(slugs().concat(slug), ".picker summary"); }
    },
    compareDrop: function (button, slug) {
      if (slugs().length > 2) { ask(slugs().filter((one) => one !== slug), ".picker summary"); }
    },
    compareFirst: function (button, slug) {
      ask([slug].concat(slugs().filter((one) => one !== slug)), ".versus-scroll");
    },
    choose: function (button, slug) {
      const said = { campaign: shown().ofCampaign, slug: slug, version: button.dataset.version };
      set("to-choose", { data: Object.assign(said, { figures: button.dataset.figures, at: Date.now() }) });
    },
    chooseCancel: function () { set("choose-dialog", { is_open: false }); }
  };

  document.addEventListener("click", function (event) {
    const button = event.target.closest && event.target.closest("button");
    if (button && (shown() || button.dataset.chooseCancel)) {
      Object.keys(actions).forEach((name) => {
        if (button.dataset[name]) { actions[name](button, button.dataset[name]); }
      });
    }
    document.querySelectorAll("details:is(.picker, .export)[open]").forEach((menu) => {
      if (!menu.contains(event.target)) { menu.open = false; }
    });
  });

  document.addEventListener("keydown", function (event) {
    const menu = event.key === "Escape" && document.querySelector("details:is(.picker, .export)[open]");
    if (menu) { menu.open = false; menu.querySelector("summary").focus(); }
  });

  function refocus() {
    const place = back && document.querySelector(back);
    if (place && (document.activeElement === document.body || back === ".chosen")) { place.focus(); }
    back = null;
  }

  const calls = {
    seen: function (address) {
      wanted = null;
      if (address !== window.location.pathname + window.location.search) {
        window.history.replaceState(window.history.state, "", address);
      }
      requestAnimationFrame(() => requestAnimationFrame(refocus));
      const other = new URL(address, window.location.origin);
      if (other.searchParams.get("lang") === "en") { other.searchParams.delete("lang"); }
      else { other.searchParams.set("lang", "en"); }
      return other.pathname + other.search.replaceAll("%2C", ",").replaceAll("%2F", "/");
    },

    decided: function (done) {
      if (done) { back = ".chosen"; }
      return keep();
    }
  };
  window.dash_clientside = Object.assign({}, window.dash_clientside, { compare: calls });

  window.addEventListener("chitieu:failed", function () { wanted = null; });
})();
