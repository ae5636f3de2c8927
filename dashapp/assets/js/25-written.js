/* Parts of a page that the server has written as HTML (views/markup.py): one element for React, whatever is in it.
   Written anew, a part keeps the focus where it was, as far as the same place is still there. */
(function () {
  "use strict";

  const NOT_ATTRIBUTES = new Set(["tag", "markup", "setProps", "children", "loading_state", "componentPath"]);

  /* Places of an element among its siblings, from the part down. */
  function way(part, element) {
    const places = [];
    for (let one = element; one !== part; one = one.parentNode) {
      places.unshift(Array.prototype.indexOf.call(one.parentNode.children, one));
    }
    return places;
  }

  function at(part, places) {
    return places.reduce((one, place) => one && one.children[place], part);
  }

  function write(part, markup) {
    const focused = part.contains(document.activeElement) && document.activeElement !== part ? document.activeElement : null;
    const places = focused ? way(part, focused) : null;
    const open = Array.from(part.querySelectorAll("details[open]"), (one) => way(part, one));
    part.innerHTML = markup;
    open.forEach((one) => { const again = at(part, one); if (again && again.tagName === "DETAILS") { again.open = true; } });
    const again = focused && at(part, places);
    if (again && again.tagName === focused.tagName) { again.focus({ preventScroll: true }); }
  }

  function Written(props) {
    const React = window.React;
    const part = React.useRef(null);
    React.useLayoutEffect(() => write(part.current, props.markup || ""), [props.markup]);
    const attributes = { ref: part };
    Object.keys(props).forEach((name) => { if (!NOT_ATTRIBUTES.has(name)) { attributes[name] = props[name]; } });
    return React.createElement(props.tag || "div", attributes);
  }

  window.chitieu_parts = Object.assign(window.chitieu_parts || {}, { Written: Written });
})();
