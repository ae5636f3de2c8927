/* What the server refuses is said on the page; nothing typed there is lost. */
(function () {
  "use strict";

  const ASKED = "_dash-update-component";
  const send = window.fetch;

  function language() { return document.documentElement.lang === "en" ? "en" : "vi"; }

  function loginAddress() {
    const query = new URLSearchParams();
    query.set("next", window.location.pathname + window.location.search);
    if (language() === "en") { query.set("lang", "en"); }
    return "/login?" + query.toString();
  }

  function box() {
    let found = document.getElementById("refused");
    if (!found) {
      found = document.createElement("div");
      found.id = "refused";
      found.className = "refused-bar";
      found.setAttribute("role", "alert");
      document.body.prepend(found);
    }
    found.replaceChildren();
    return found;
  }

  function tell(said) {
    const words = said && said.message ? said.message[language()] : "";
    if (!words) { return; }
    const place = box();
    place.append(Object.assign(document.createElement("span"), { textContent: words }));
    if (said.number) {
      place.append(Object.assign(document.createElement("span"), { className: "num", textContent: said.number }));
    }
    if (said.login) {
      const link = document.createElement("a");
      link.href = loginAddress();
      link.textContent = said.login[language()];
      place.append(link);
    }
  }

  function readable(body) {
    try { return JSON.parse(body); } catch (fault) { return null; }
  }

  function clear() {
    const found = document.getElementById("refused");
    if (found) { found.remove(); }
  }

  /* --- the menu of the person closes when something else is chosen ------------------------------------------ */
  document.addEventListener("click", function (event) {
    document.querySelectorAll("details.person[open]").forEach((menu) => {
      if (!menu.contains(event.target)) { menu.open = false; }
    });
  });
  document.addEventListener("keydown", function (event) {
    const menu = event.key === "Escape" && document.querySelector("details.person[open]");
    if (menu) { menu.open = false; menu.querySelector("summary").focus(); }
  });

  window.fetch = function (resource, options) {
    const asked = send.call(window, resource, options);
    const address = String(resource && resource.url ? resource.url : resource);
    if (!address.includes(ASKED)) { return asked; }
    return asked.then(function (answer) {
      if (answer.ok) { clear(); return answer; }
      return answer.text().then(function (body) {
        tell(readable(body));
        window.dispatchEvent(new CustomEvent("chitieu:failed"));
        const again = new Response(body, { status: answer.status, statusText: answer.statusText, headers: answer.headers });
        again.text = () => Promise.resolve(body); // Dash reads what was refused twice
        return again;
      });
    });
  };
})();
