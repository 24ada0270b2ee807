(() => {
  const $ = (id) => document.getElementById(id);
  const data = JSON.parse($("data").textContent);
  const FIRST = 15, CHUNK = 100; // rows that are made at first, and whenever more are asked for
  const MARKS = { win: "▲", loss: "▼", tie: "=", none: "·" };
  const FILTERS = [
    ["all", "All", () => true],
    ["loss", "Lost", (one) => one.outcome === "loss"],
    ["tie", "Tied", (one) => one.outcome === "tie"],
    ["win", "Won", (one) => one.outcome === "win"],
    ["failed", "Failed calls", (one) => one.failed],
    ["differ", "Orders differ", (one) => one.differ],
    ["flagged", "Suspected", (one) => one.flagged],
  ];
  const state = { filter: "all", tag: "", words: [], open: -1, marked: true };
  let visible = []; // indices of the cases that the filter leaves
  let made = 0; // how many of them have a row
  const rows = new Map(); // index to its row
  const cells = [];
  const texts = []; // of each case, for the search; made when first searched

  // ---------------------------------------------------------------- one case
  const put = (place, text, calls, parts) => {
    if (!text.trim() && !calls.length) place.append(element("span", "empty", "(an empty answer)"));
    else place.append(...(parts || [{ text }]).map((part) => (part.changed ? element("mark", "", part.text) : part.text)));
    place.append(...calls.map((call) => element("div", "call", call)));
  };
  const answer = (arm, each, parts) => {
    const box = element("section", "answer");
    box.append(element("h3", "arm " + (arm ? "treatment" : "control"), data.arms[arm]));
    if (!each) {
      box.append(element("p", "empty", "was not asked"));
      return box;
    }
    if (each.failure) box.append(element("p", "failure", "✕ " + each.failure));
    else {
      const text = element("div", "text");
      put(text, each.text, each.calls, parts);
      box.append(text);
    }
    const foot = element("div", "about");
    if (each.facts) foot.append(element("p", "fine", each.facts));
    for (const check of each.checks) {
      const line = element("p", "check");
      line.append(element("span", "mark " + check.kind, check.mark), element("span", "", check.text));
      foot.append(line);
    }
    box.append(foot);
    return box;
  };
  const pair = (left, right) => {
    const both = left && right && !left.failure && !right.failure;
    const parts = both && state.marked && left.text !== right.text ? differences(left.text, right.text) : null;
    const box = element("div", "answers");
    box.append(answer(0, left, parts && parts[0]), answer(1, right, parts && parts[1]));
    return both && left.text === right.text && left.text ? [element("p", "same", "Both answers are the same."), box] : [box];
  };
  const judgment = (each) => {
    const box = element("section", "judgment");
    const head = element("p", "head");
    head.append(element("span", "outcome " + each.kind, MARKS[each.kind] + " " + each.verdict), element("span", "fine", each.first + " shown first, as A"));
    box.append(head);
    if (each.reason) box.append(element("p", "text", each.reason));
    if (each.flagged) box.append(element("p", "warning", "suspected: " + each.flagged));
    if (each.axes.length) box.append(element("p", "fine", each.axes.map(([name, left, right]) => name + " " + left + " → " + right).join(" · ")));
    return box;
  };
  const judgments = (one) => {
    const box = element("div", "judgments");
    let judge = null;
    for (const each of one.judgments) {
      const name = each.judge + (each.repeat ? ", repeat " + (each.repeat + 1) : "");
      if (name !== judge) box.append(element("h4", "", name));
      judge = name;
      box.append(judgment(each));
    }
    return box;
  };
  const asked = (one) => {
    const box = element("div", "asked");
    const turns = element("div", "turns");
    turns.append(...one.asked.turns.map((each, at) => turn(each.role, each.text, at < one.asked.turns.length - 1)));
    const folds = element("div", "folds");
    if (one.asked.given.length) folds.append(fold("Given", one.asked.given));
    if (one.asked.context.length) folds.append(fold("Context", one.asked.context));
    one.contexts.forEach((each, arm) => { if (each.length) folds.append(fold("Context of " + data.arms[arm], each)); });
    if (one.asked.reference) folds.append(fold("Reference answer", [{ text: one.asked.reference }]));
    box.append(turns);
    if (folds.children.length) box.append(folds);
    return box;
  };
  const body = (one) => {
    const box = element("div", "body");
    box.append(asked(one));
    const repeats = Math.max(one.answers[0].length, one.answers[1].length);
    for (let at = 0; at < repeats; at += 1) {
      if (repeats > 1) box.append(element("h4", "", "Repeat " + (at + 1) + " of " + repeats));
      box.append(...pair(one.answers[0][at], one.answers[1][at]));
    }
    if (one.judgments.length) box.append(judgments(one));
    return box;
  };

  // ---------------------------------------------------------------- the list
  const row = (index) => {
    const one = data.cases[index];
    const box = element("article", "case " + one.outcome);
    const head = element("button", "case-head");
    head.type = "button";
    head.setAttribute("aria-expanded", "false");
    const name = element("span", "case-name", one.name);
    const asks = one.asked.turns[one.asked.turns.length - 1].text;
    head.append(element("span", "outcome " + one.outcome, MARKS[one.outcome]), name, element("span", "excerpt", asks.slice(0, 160)));
    const badges = element("span", "badges");
    if (one.failed) badges.append(element("span", "tag bad", "✕ failed call"));
    if (one.differ) badges.append(element("span", "tag odd", "orders differ"));
    if (one.flagged) badges.append(element("span", "tag odd", "suspected"));
    badges.append(...one.tags.map((each) => element("span", "tag", each)), element("span", "said", one.said));
    head.append(badges);
    head.addEventListener("click", () => toggle(index));
    box.append(head);
    rows.set(index, box);
    return box;
  };
  const extend = (least) => {
    const until = Math.min(Math.max(made + (made ? CHUNK : FIRST), least || 0), visible.length);
    $("list").append(...visible.slice(made, until).map(row));
    made = until;
    $("more").hidden = made === visible.length;
    $("more").textContent = "Show " + Math.min(CHUNK, visible.length - made) + " more";
  };
  const close = () => {
    const box = rows.get(state.open);
    if (box) {
      box.querySelector(".body")?.remove();
      box.firstChild.setAttribute("aria-expanded", "false");
    }
    cells[state.open]?.classList.remove("open");
    state.open = -1;
  };
  const open = (index) => {
    close();
    const place = visible.indexOf(index);
    if (place < 0) return;
    if (place >= made) extend(place + 1);
    const box = rows.get(index);
    box.append(body(data.cases[index]));
    box.firstChild.setAttribute("aria-expanded", "true");
    cells[index].classList.add("open");
    state.open = index;
  };
  const toggle = (index) => (state.open === index ? close() : open(index));
  const show = (index) => {
    open(index);
    const box = rows.get(index);
    box.firstChild.focus({ preventScroll: true });
    box.scrollIntoView({ block: "start" });
  };
  const step = (by) => {
    if (!visible.length) return;
    const at = visible.indexOf(state.open);
    show(visible[at < 0 ? (by > 0 ? 0 : visible.length - 1) : Math.min(Math.max(at + by, 0), visible.length - 1)]);
  };

  // ---------------------------------------------------------------- what is left
  const textOf = (index) => {
    if (texts[index] === undefined) {
      const one = data.cases[index], all = [one.name, one.asked.reference];
      all.push(...one.tags, ...one.asked.turns.map((each) => each.text));
      all.push(...one.answers.flat().flatMap((each) => [each.text, each.failure, ...each.checks.map((check) => check.text)]));
      all.push(...one.judgments.map((each) => each.reason));
      texts[index] = all.join("\n").toLowerCase();
    }
    return texts[index];
  };
  const choose = () => {
    const passes = FILTERS.find(([name]) => name === state.filter)[2];
    close();
    visible = [];
    data.cases.forEach((one, index) => {
      const left = passes(one) && (!state.tag || one.tags.includes(state.tag)) && state.words.every((word) => textOf(index).includes(word));
      if (left) visible.push(index);
      cells[index].classList.toggle("out", !left);
    });
    rows.clear();
    made = 0;
    $("list").replaceChildren();
    extend();
    const total = data.cases.length;
    $("count").textContent = (visible.length === total ? total : visible.length + " of " + total) + (total === 1 ? " case" : " cases");
    for (const button of $("filters").children) button.setAttribute("aria-pressed", String(button.dataset.filter === state.filter));
  };

  const strip = () => {
    const part = document.createDocumentFragment();
    data.cases.forEach((one, index) => {
      const cell = element("i", one.outcome + (one.failed ? " failed" : ""));
      cell.dataset.index = index;
      cell.title = one.name + (one.said ? ": " + one.said : "");
      cells.push(cell);
      part.append(cell);
    });
    $("strip").classList.toggle("small", data.cases.length > 400);
    $("strip").append(part);
    $("strip").addEventListener("click", (event) => {
      const index = event.target.dataset.index;
      if (index === undefined) return;
      if (!visible.includes(Number(index))) reset();
      show(Number(index));
    });
  };
  const filters = () => {
    for (const [name, words, passes] of FILTERS) {
      const count = data.cases.filter(passes).length;
      if (name !== "all" && !count) continue;
      const button = element("button", "quiet strong");
      button.type = "button";
      button.dataset.filter = name;
      if (MARKS[name]) button.append(element("span", "outcome " + name, MARKS[name]), " ");
      button.append(words + " ", element("small", "", String(count)));
      button.addEventListener("click", () => { state.filter = name; choose(); });
      $("filters").append(button);
    }
    const tags = [...new Set(data.cases.flatMap((one) => one.tags))].sort();
    $("tags").hidden = !tags.length;
    $("tags").append(new Option("Every tag", ""), ...tags.map((each) => new Option(each, each)));
  };
  const reset = () => {
    Object.assign(state, { filter: "all", tag: "", words: [] });
    $("search").value = $("tags").value = "";
    choose();
  };
  const differ = () => {
    state.marked = !state.marked;
    $("differences").setAttribute("aria-pressed", String(state.marked));
    if (state.open >= 0) open(state.open);
  };

  // ---------------------------------------------------------------- wiring
  const escape = () => {
    if (document.activeElement === $("search")) {
      $("search").blur();
      return;
    }
    const index = state.open;
    close();
    rows.get(index)?.firstChild.focus();
  };
  const KEYS = {
    j: () => step(1), ArrowRight: () => step(1), k: () => step(-1), ArrowLeft: () => step(-1),
    "/": () => $("search").focus(), d: differ, "?": () => $("keys").showModal(), Escape: escape,
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || $("keys").open || $("cases").hidden) return;
    const writes = event.target.matches("input, select");
    if (writes && event.key !== "Escape") return;
    const act = KEYS[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
  let waiting = 0;
  $("search").addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      state.words = $("search").value.toLowerCase().split(/\s+/).filter(Boolean);
      choose();
    }, 100);
  });
  $("tags").addEventListener("change", () => { state.tag = $("tags").value; choose(); });
  $("differences").addEventListener("click", differ);
  $("help").addEventListener("click", () => $("keys").showModal());
  $("more").addEventListener("click", () => extend());

  strip();
  filters();
  choose();
  $("unscripted").hidden = true;
  $("tools").hidden = false;
})();
