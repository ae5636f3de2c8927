/* Light or dark, chosen before anything is painted; links between pages; the small cards that define a figure. */
(function () {
  "use strict";

  /* --- the theme --------------------------------------------------------------------------------------------- */
  const KEY = "chitieu-theme";
  const root = document.documentElement;
  const system = window.matchMedia("(prefers-color-scheme: dark)");

  /* A browser that keeps nothing still has a theme: the system's. */
  function chosen() {
    try { return window.localStorage.getItem(KEY); } catch (fault) { return null; }
  }

  function choose(theme) {
    try { window.localStorage.setItem(KEY, theme); } catch (fault) { /* it holds as long as the page */ }
  }

  function isDark() { return root.dataset.bsTheme === "dark"; }

  function wanted() {
    const own = chosen();
    return own === "dark" || own === "light" ? own : (system.matches ? "dark" : "light");
  }

  function show(theme) {
    root.dataset.bsTheme = theme;
    root.dataset.agThemeMode = theme;
    document.querySelectorAll("[data-theme-switch]").forEach((one) => one.setAttribute("aria-pressed", String(isDark())));
  }

  show(wanted());
  system.addEventListener("change", () => show(wanted()));
  window.addEventListener("storage", (event) => { if (event.key === KEY) { show(wanted()); } });

  /* Paper is light whatever the screen is. */
  window.addEventListener("beforeprint", () => show("light"));
  window.addEventListener("afterprint", () => show(wanted()));

  /* The switch comes with the page, which is made anew when another one opens. */
  function watchPage() {
    const page = document.getElementById("page");
    if (!page) { return false; }
    new MutationObserver(() => show(root.dataset.bsTheme)).observe(page, { childList: true });
    show(root.dataset.bsTheme);
    return true;
  }

  document.addEventListener("DOMContentLoaded", () => {
    if (watchPage()) { return; }
    const opening = new MutationObserver(() => { if (watchPage()) { opening.disconnect(); } });
    opening.observe(document.body, { childList: true, subtree: true });
  });

  document.addEventListener("click", (event) => {
    if (!event.target.closest || !event.target.closest("[data-theme-switch]")) { return; }
    const theme = isDark() ? "light" : "dark";
    choose(theme);
    show(theme);
  });

  /* --- links between the pages: as Dash's own links do it, which cannot say on which page one is ----------------- */
  document.addEventListener("click", (event) => {
    const link = event.target.closest && event.target.closest("a[data-inside]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey || event.button !== 0) { return; }
    event.preventDefault();
    window.history.pushState({}, "", link.href);
    window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
    window.scrollTo(0, 0);
  });

  /* --- definitions: one open at a time, beside its button and never cut off ------------------------------------ */
  const GAP = 6;
  const OPEN = "details.definition[open]";

  function place(details) {
    const card = details.querySelector(".definition-card");
    const button = details.querySelector("summary").getBoundingClientRect();
    if (button.bottom < 0 || button.top > window.innerHeight) { details.open = false; return; }
    const most = { left: root.clientWidth - card.offsetWidth - GAP, top: window.innerHeight - card.offsetHeight - GAP };
    const below = button.bottom + GAP;
    const above = button.top - GAP - card.offsetHeight;
    card.style.left = Math.max(GAP, Math.min(button.left - GAP, most.left)) + "px";
    card.style.top = Math.max(GAP, below <= most.top || above < GAP ? Math.min(below, most.top) : above) + "px";
  }

  /* In the top layer nothing cuts a card off, whatever it stands in. */
  function raise(details) {
    const card = details.querySelector(".definition-card");
    if (!card.showPopover) { return; }
    card.popover = "manual";
    if (details.open) { card.showPopover(); } else if (card.matches(":popover-open")) { card.hidePopover(); }
  }

  const opened = () => Array.from(document.querySelectorAll(OPEN));
  const replace = () => opened().forEach(place);

  document.addEventListener("toggle", (event) => {
    if (!event.target.matches || !event.target.matches("details.definition")) { return; }
    raise(event.target);
    if (!event.target.open) { return; }
    opened().forEach((one) => { if (one !== event.target) { one.open = false; } });
    place(event.target);
  }, true);
  document.addEventListener("scroll", replace, { capture: true, passive: true });
  window.addEventListener("resize", replace);
  document.addEventListener("click", (event) => {
    opened().forEach((one) => { if (!one.contains(event.target)) { one.open = false; } });
  });
  document.addEventListener("focusin", (event) => {
    opened().forEach((one) => { if (!one.contains(event.target)) { one.open = false; } });
  });
  document.addEventListener("keydown", (event) => {
    const [one] = event.key === "Escape" ? opened() : [];
    if (!one) { return; }
    event.stopImmediatePropagation();
    one.open = false;
    one.querySelector("summary").focus();
  }, true);
})();
