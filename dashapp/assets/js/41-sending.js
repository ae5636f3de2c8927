/* What is sent as a form and answered line by line: how far it is, the answer, or why nothing came of it. */
(function () {
  "use strict";

  const language = () => (document.documentElement.lang === "en" ? "en" : "vi");

  function token() {
    const found = document.cookie.split("; ").find((one) => one.startsWith("_csrf_token="));
    return found ? decodeURIComponent(found.slice("_csrf_token=".length)) : "";
  }

  function progress(place, text, done, of) {
    if (!place) { return; }
    place.hidden = !text;
    place.replaceChildren();
    if (!text) { return; }
    const bar = document.createElement("progress");
    if (of) { bar.max = of; bar.value = done; }
    bar.setAttribute("aria-label", text);
    place.append(bar, Object.assign(document.createElement("span"), { textContent: text }));
  }

  /* `login`: the words of a link to where one logs in. */
  function tell(place, text, login) {
    if (!place) { return; }
    place.replaceChildren();
    if (!text) { return; }
    const box = Object.assign(document.createElement("div"), { className: "message", textContent: text });
    box.setAttribute("role", "alert");
    if (login) {
      const link = document.createElement("a");
      link.href = "/login?next=" + encodeURIComponent(window.location.pathname + window.location.search);
      link.textContent = login;
      box.append(" ", link);
    }
    place.append(box);
    place.focus();
  }

  async function lines(answer, each) {
    const reader = answer.body.getReader();
    const decoder = new TextDecoder();
    let rest = "";
    for (;;) {
      const piece = await reader.read();
      rest += decoder.decode(piece.value || new Uint8Array(), { stream: !piece.done });
      const whole = rest.split("\n");
      rest = whole.pop();
      whole.filter(Boolean).forEach((line) => each(JSON.parse(line)));
      if (piece.done) { break; }
    }
    if (rest.trim()) { each(JSON.parse(rest)); }
  }

  /* Posts a form; each line of the answer goes to `each`. Why nothing came of it is told at `place`, in `words`
     (ended, login, failed) or the server's. */
  async function send(address, form, place, words, each) {
    try {
      const answer = await fetch(address, {
        method: "POST", headers: { "X-CSRFToken": token() }, body: form, credentials: "same-origin"
      });
      if (answer.status === 401) { tell(place, words.ended, words.login); return; }
      if (!answer.ok) {
        const said = await answer.json().catch(() => null);
        tell(place, said && said.message ? said.message[language()] : words.failed);
        return;
      }
      await lines(answer, each);
    } catch (fault) {
      tell(place, words.failed);
    }
  }

  window.chitieu = Object.assign(window.chitieu || {}, { sending: { progress, send, tell, token } });
})();
