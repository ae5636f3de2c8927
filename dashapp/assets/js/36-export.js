/* Files: each is a link; here it is fetched, so that one sees it being made, and reads why where there is none. */
(function () {
  "use strict";

  const NOTE = "X-Chitieu-Note";

  function tell(place, words, tone, waiting) {
    const line = document.createElement("div");
    line.className = "message " + tone;
    line.setAttribute("role", tone === "danger" ? "alert" : "status");
    const said = document.createElement("span");
    said.textContent = words;
    line.append(said);
    if (waiting) { line.append(document.createElement("progress")); }
    place.replaceChildren(line);
  }

  async function why(answer, menu) {
    const said = await answer.json().catch(() => null);
    if (said && said.refused) { return said.refused; }
    const lang = document.documentElement.lang === "en" ? "en" : "vi";
    return said && said.message && answer.status < 500 ? said.message[lang] : menu.dataset.failed;
  }

  async function fetched(link, menu) {
    const answer = await window.fetch(link.href, { headers: { Accept: "*/*" } });
    if (!answer.ok) { throw new Error(await why(answer, menu)); }
    const name = /filename="?([^";]+)/.exec(answer.headers.get("Content-Disposition") || "");
    const save = document.createElement("a");
    save.href = URL.createObjectURL(await answer.blob());
    save.download = name ? name[1] : link.dataset.export;
    save.click();
    setTimeout(() => URL.revokeObjectURL(save.href), 60000);
    return decodeURIComponent(answer.headers.get(NOTE) || "");
  }

  document.addEventListener("click", function (event) {
    const link = event.target.closest && event.target.closest("a[data-export]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) { return; }
    event.preventDefault();
    const menu = link.closest("details.export"), place = menu.querySelector(".export-told");
    if (menu.dataset.making) { return; }
    menu.dataset.making = "true";
    menu.open = false;
    menu.querySelector("summary").focus();
    tell(place, menu.dataset.busy, "", true);
    fetched(link, menu).then(
      (note) => { if (note) { tell(place, note, ""); } else { place.replaceChildren(); } },
      (fault) => tell(place, fault instanceof TypeError ? menu.dataset.failed : fault.message, "danger")
    ).finally(() => { delete menu.dataset.making; });
  });
})();
