/* The page is asked for at once, while the browser still reads the other scripts: Dash asks for its layout last of all.
   Loaded in the head and once more among Dash's scripts: the second time finds its work done. */
(function () {
  "use strict";

  if (window.chitieuEarly) { return; }
  window.chitieuEarly = true;

  const LAYOUT = "/_dash-layout";
  const send = window.fetch;
  const address = encodeURIComponent(window.location.pathname + window.location.search);
  const fetched = send(LAYOUT + "?address=" + address, { credentials: "same-origin" });
  let early = fetched.then((answer) => (answer.ok ? answer : null), () => null);

  /* The first who asks for the layout has it; without it the layout is asked for as ever, and the page after it. */
  window.fetch = function (resource, options) {
    const first = early;
    if (!first || !String(resource).endsWith(LAYOUT)) { return send.call(window, resource, options); }
    early = null;
    return first.then((answer) => answer || send.call(window, resource, options));
  };
})();
