// A click on a class of the legend leaves that class alone in colour; another, or Escape, releases it.
"use strict";
(function (h) {
  const TESTS = {
    tier: (state, number, which) => state.now.tiers[number] === Number(which),
    mark: (state, number, which) => h.markOf(state, number) === Number(which),
    nodata: (state, number) => state.now.tiers[number] < 0,
    differs: (state, number, which) => h.againstReference(state, number) === which,
    hub: () => true,
  };

  function isIn(state, number) {
    const [kind, which] = state.isolated.split(":");
    return !TESTS[kind] || TESTS[kind](state, number, which);
  }

  // The look of a region that is not of the class is that of one without a fill.
  h.faded = function (state, number, look) {
    if (!state.isolated || isIn(state, number)) return look;
    return { key: "faded", fill: state.paint.plain, opacity: 1 };
  };

  h.isFaded = (state, number) => Boolean(state.isolated) && !isIn(state, number);

  function fadeHubs(state) {
    const [kind, which] = (state.isolated || "").split(":");
    state.marks.forEach((mark) => {
      mark.sign.setOpacity(kind === "hub" && mark.tier !== Number(which) ? 0.12 : 1);
    });
  }

  h.isolate = function (state, key) {
    state.isolated = key;
    h.restyle(state);
    fadeHubs(state);
    state.ui.querySelectorAll(".hubtiers-class").forEach((button) => {
      button.setAttribute("aria-pressed", String(button.dataset.class === key));
    });
    const pressed = key && state.ui.querySelector('.hubtiers-class[aria-pressed="true"] .label');
    const words = h.words(state);
    h.say(state, pressed ? h.fill(words.one_class, { what: pressed.textContent }) : words.all_classes);
  };

  // Rows that stand for a class become buttons.
  h.armLegend = function (state, box) {
    box.querySelectorAll("li[data-class]").forEach((item) => {
      const key = item.dataset.class;
      const press = () => h.isolate(state, state.isolated === key ? null : key);
      const button = h.button("hubtiers-class", undefined, "class" + key, press);
      button.dataset.class = key;
      button.title = h.words(state).isolate;
      button.setAttribute("aria-pressed", String(state.isolated === key));
      button.append(...item.childNodes);
      item.replaceChildren(button);
    });
    // Each of the two lists knows its own classes only.
    const own = (state.isolated || "").startsWith("hub") === box.matches(".hubtiers-legend-hubs");
    const same = '.hubtiers-class[data-class="' + state.isolated + '"]';
    if (!state.isolated || !own || box.querySelector(same)) return;
    state.isolated = null;
    h.restyle(state);
    fadeHubs(state);
  };

  h.listenForRelease = function (state) {
    // Before a box keeps the key to itself.
    document.addEventListener(
      "keydown",
      (event) => {
        if (event.key === "Escape" && state.isolated && !state.popup) h.isolate(state, null);
      },
      true,
    );
  };
})(window.hubtiers);
