/* What goes on by itself and what volumes follow: what is chosen becomes a move, and the controls say what the page says. */
(function () {
  "use strict";

  const NAMED = ["none", "linear", "logistic", "recent"];
  const by = (id) => document.getElementById(id);
  const there = () => by("trend") && window.chitieu.said && window.chitieu.said();
  const decimal = (text) => (document.documentElement.lang === "vi" ? text.replace(".", ",") : text);

  /* A number as an address has it; null where it is none that a trend can be. */
  function typed() {
    const said = by("trend-number").value.trim().replace(",", ".");
    return /^-?\d(\.\d{1,4})?$/.test(said) && Math.abs(Number(said)) <= 5 ? String(Number(said)) : null;
  }

  function faulty(on) {
    by("trend-number").setAttribute("aria-invalid", on ? "true" : "false");
    by("trend-typed").querySelector(".pin-bad").hidden = !on;
  }

  /* A trend only counts where agencies start from what is projected: choosing one says so. */
  function chosen(trend) {
    const start = trend === "none" ? window.chitieu.said().start : "projected";
    document.querySelectorAll('#measures input[name="start"]').forEach((one) => { one.checked = one.value === start; });
    window.chitieu.change({ trend: trend, start: start }, "trend", false);
  }

  function taken() {
    const number = typed();
    faulty(number === null);
    if (number !== null) { chosen(number); }
  }

  function draw(said) {
    const trend = by("trend");
    if (!trend || !said) { return; }
    const can = JSON.parse(trend.dataset.known).includes(said.indicator);
    const named = NAMED.includes(said.trend);
    Array.from(trend.options).forEach((one) => { one.disabled = !can && NAMED.indexOf(one.value) > 0; });
    trend.value = named ? said.trend : "number";
    by("trend-why").hidden = can;
    by("trend-typed").hidden = named;
    if (!named) { by("trend-number").value = decimal(said.trend); faulty(false); }
    document.querySelectorAll('#trends input[name="follow"]').forEach((one) => { one.checked = one.value === said.follow; });
  }

  window.addEventListener("chitieu:controls", (event) => draw(event.detail));

  document.addEventListener("change", function (event) {
    const one = event.target;
    if (!there()) { return; }
    if (one.matches("#trend")) {
      by("trend-typed").hidden = one.value !== "number";
      if (one.value === "number") { taken(); } else { chosen(one.value); }
    } else if (one.matches("#trend-number")) {
      taken();
    } else if (one.matches('#trends input[name="follow"]')) {
      window.chitieu.change({ follow: one.value }, "follow", false);
    }
  });
})();
