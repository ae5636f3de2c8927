/* The page and the list of callbacks are asked for at once, while the browser still reads the other scripts: Dash asks for
   them last of all. The first answer names both addresses as well, so that they may be on their way already. */
(function () {
  "use strict";

  const LAYOUT = "/_dash-layout";
  const DEPENDENCIES = "/_dash-dependencies";
  const send = window.fetch;
  const address = encodeURIComponent(window.location.pathname + window.location.search);
  const ask = (what) => send(what, { credentials: "same-origin" }).then((answer) => (answer.ok ? answer : null), () => null);
  const early = { [LAYOUT]: ask(LAYOUT + "?address=" + address), [DEPENDENCIES]: ask(DEPENDENCIES) };

  /* The first who asks has what came early; without it all is asked for as ever, and the page after its layout. */
  window.fetch = function (resource, options) {
    const name = Object.keys(early).find((one) => String(resource).endsWith(one));
    if (!name) { return send.call(window, resource, options); }
    const first = early[name];
    delete early[name];
    return first.then((answer) => answer || send.call(window, resource, options));
  };

  /* A chart asks for Plotly when it is to be drawn, at this address and no other. */
  const plotly = document.currentScript.dataset.plotly;
  Object.defineProperty(window, "_dashPlotlyJSURL", { get: () => plotly, set: () => {} });
})();
