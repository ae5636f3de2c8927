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

  /* Plotly comes with the first chart, which is drawn after the first rows where a table is to stand: it takes as long as
     they do. Dash waits for whatever it finds under the name, and Plotly puts itself there. */
  const { plotly, table } = document.currentScript.dataset;
  const PATIENCE_MS = 1000;
  let coming = null;

  const within = (begin) => new Promise((resolve) => { begin(resolve); window.setTimeout(resolve, PATIENCE_MS); });
  const standing = (resolve) => window.addEventListener("chitieu:table", resolve, { once: true });
  const painted = (resolve) => window.requestAnimationFrame(() => window.setTimeout(resolve));
  const part = (name, more) => document.head.append(Object.assign(document.createElement(name), more));

  /* It is read while the rows are painted. */
  function load() {
    part("link", { rel: "preload", as: "script", href: plotly });
    const free = table ? within(standing) : Promise.resolve();
    const read = free.then(() => new Promise((resolve, reject) => {
      part("script", { src: plotly, onload: () => resolve(), onerror: reject });
    }));
    return Promise.all([read, free.then(() => table && within(painted))]);
  }

  window.Plotly = {
    then: (done, failed) => {
      coming = coming || load();
      coming.then(() => done(), failed);
    }
  };
})();
