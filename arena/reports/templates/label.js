(() => {
  const $ = (id) => document.getElementById(id);
  const source = $("data");
  const bytes = Uint8Array.from(atob(source.textContent.trim()), (c) => c.charCodeAt(0));
  const data = JSON.parse(new TextDecoder().decode(bytes));
  source.remove(); // what stands in the document from here on names no variant

  const state = { rater: "", labels: {}, skipped: [], history: [], notes: {}, saved: 0 };
  let order = []; // every case, in this rater's order
  let queue = []; // cases still to be shown
  let marked = false;
  let keeps = true; // whether the browser lets this page keep anything

  // Chance: a 53-bit hash of the page's seed, the rater and the case. Equal names see equal orders.
  const hash = (text) => {
    let a = 0xdeadbeef, b = 0x41c6ce57;
    for (const c of text) {
      const code = c.codePointAt(0);
      a = Math.imul(a ^ code, 2654435761);
      b = Math.imul(b ^ code, 1597334677);
    }
    a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
    b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
    return 4294967296 * (2097151 & b) + (a >>> 0);
  };
  const chance = (what, index) => hash([what, data.seed, state.rater, data.cases[index].id].join("\u0000"));
  const firstOf = (index) => chance("side", index) % 2;

  const show = (id, shown) => { $(id).hidden = !shown; };

  // ---------------------------------------------------------------- what is kept
  const key = () => "arena-label " + data.page + " " + state.rater;
  const keep = () => {
    try {
      localStorage.setItem(key(), JSON.stringify(state));
    } catch {
      keeps = false;
    }
  };
  const recall = (rater) => {
    Object.assign(state, { rater, labels: {}, skipped: [], history: [], notes: {}, saved: 0 });
    try {
      const kept = JSON.parse(localStorage.getItem(key()));
      if (kept && kept.rater === rater) Object.assign(state, kept);
    } catch {
      keeps = false;
    }
    order = data.cases.map((_, index) => index).sort((a, b) => chance("order", a) - chance("order", b));
    queue = order.filter((index) => !(index in state.labels) && !state.skipped.includes(index));
  };

  // ---------------------------------------------------------------- what is said
  const labelled = () => Object.keys(state.labels).length;
  let silence = 0;
  const say = (text) => {
    $("said").textContent = text;
    $("said").classList.add("shown");
    clearTimeout(silence);
    silence = setTimeout(() => $("said").classList.remove("shown"), 1600);
  };

  const criteria = (heading) => {
    if (!data.rubric.instructions && !data.rubric.axes.length) return null;
    const box = element("section", "criteria");
    box.append(element(heading, "", "What to look at"));
    if (data.rubric.instructions) box.append(element("p", "", data.rubric.instructions));
    for (const axis of data.rubric.axes) {
      const line = element("p");
      line.append(element("b", "", axis.name), axis.question);
      box.append(line);
    }
    return box;
  };

  // ---------------------------------------------------------------- a case
  const asked = (one) => {
    const turns = element("div", "turns");
    turns.append(...one.turns.map((each, at) => turn(each.role, each.text, at < one.turns.length - 1)));
    const folds = element("div", "folds");
    if (one.given.length) folds.append(fold("Given", one.given));
    if (one.context.length) folds.append(fold("Context", one.context));
    if (one.reference) folds.append(fold("Reference answer", [{ text: one.reference }]));
    $("asked").replaceChildren(turns, ...(folds.children.length ? [folds] : []));
  };

  const answer = (place, text, calls, changed) => {
    if (!text.trim() && !calls.length) {
      place.replaceChildren(element("span", "empty", "(an empty answer)"));
      return;
    }
    const words = changed
      ? changed.map((part) => (part.changed ? element("mark", "", part.text) : part.text))
      : [text];
    place.replaceChildren(...words, ...calls.map((call) => element("div", "call", call)));
  };

  const answers = (index) => {
    const one = data.cases[index];
    const first = firstOf(index);
    const texts = [one.answers[first], one.answers[1 - first]];
    const calls = [one.calls[first], one.calls[1 - first]];
    const changed = marked ? differences(texts[0], texts[1]) : null;
    answer($("answer-1"), texts[0], calls[0], changed && changed[0]);
    answer($("answer-2"), texts[1], calls[1], changed && changed[1]);
    show("same", texts[0] === texts[1] && String(calls[0]) === String(calls[1]));
  };

  // ---------------------------------------------------------------- the screens
  const bar = () => {
    const total = data.cases.length, count = labelled(), passed = state.skipped.length;
    const rest = [passed ? passed + " skipped" : "", total - count - passed + " left"].filter(Boolean).join(" · ");
    $("count").replaceChildren(count + " of " + total + " ", element("small", "", "labelled · " + rest));
    $("done").style.width = (100 * count) / total + "%";
    $("passed").style.width = (100 * passed) / total + "%";
    $("track").setAttribute("aria-valuemax", total);
    $("track").setAttribute("aria-valuenow", count);
    $("differences").disabled = !queue.length;
    $("undo").disabled = $("back").disabled = !state.history.length;
    $("download").disabled = $("download-all").disabled = !count;
  };

  const render = () => {
    bar();
    const going = queue.length > 0;
    show("start", false);
    show("bar", true);
    show("case", going);
    show("actions", going);
    show("end", !going);
    if (!going) {
      const passed = state.skipped.length;
      const plural = labelled() === 1 ? "" : "s";
      $("summary").textContent = `${labelled()} case${plural} labelled${passed ? `, ${passed} skipped` : ""}`;
      show("review", passed > 0);
      $("summary").focus();
      return;
    }
    const index = queue[0];
    $("name").textContent = data.cases[index].name;
    asked(data.cases[index]);
    answers(index);
    $("words").value = state.notes[index] || "";
    show("note", Boolean(state.notes[index]));
    scrollTo(0, 0);
    $("name").focus({ preventScroll: true });
  };

  // ---------------------------------------------------------------- what a rater does
  const pass = (entry, said) => {
    queue.shift();
    state.history.push(entry);
    keep();
    say(said);
    render();
  };
  const pick = (side) => {
    if (!queue.length) return;
    const index = queue[0];
    const first = firstOf(index);
    const wasSkipped = state.skipped.includes(index);
    state.labels[index] = { winner: side === "tie" ? "tie" : side === 0 ? first : 1 - first, first };
    state.skipped = state.skipped.filter((each) => each !== index);
    pass({ index, wasSkipped }, side === "tie" ? "Tie" : `Answer ${side + 1}`);
  };
  const skip = () => {
    if (!queue.length) return;
    const index = queue[0];
    const wasSkipped = state.skipped.includes(index);
    if (!wasSkipped) state.skipped.push(index);
    pass({ index, wasSkipped }, "Skipped");
  };
  const undo = () => {
    const last = state.history.pop();
    if (!last) {
      say("Nothing to undo");
      return;
    }
    delete state.labels[last.index];
    state.skipped = state.skipped.filter((each) => each !== last.index);
    if (last.wasSkipped) state.skipped.push(last.index);
    queue = [last.index, ...queue.filter((each) => each !== last.index)];
    keep();
    say("Undone");
    render();
  };
  const note = () => {
    if (!queue.length) return;
    show("note", true);
    $("words").focus();
    $("words").scrollIntoView({ block: "center" });
  };
  const toggle = () => {
    if (!queue.length) return;
    marked = !marked;
    $("differences").setAttribute("aria-pressed", String(marked));
    answers(queue[0]);
  };
  const help = () => $("keys").showModal();

  const ascii = (text) => text.replace(/[\u007f-\uffff]/g, (c) => "\\u" + c.charCodeAt(0).toString(16).padStart(4, "0"));
  const row = (index) => {
    const one = data.cases[index], label = state.labels[index];
    const winner = label.winner === "tie" ? "tie" : data.arms[label.winner];
    const line = { case: one.id, winner, rater: state.rater, repeat: one.repeat, first: data.arms[label.first], answers: one.digest };
    const words = (state.notes[index] || "").trim();
    if (words) line.note = words;
    return ascii(JSON.stringify(line)) + "\n";
  };
  const download = () => {
    const rows = order.filter((index) => index in state.labels).map(row);
    const address = URL.createObjectURL(new Blob(rows, { type: "application/jsonl" }));
    const link = element("a");
    link.href = address;
    link.download = "labels-" + state.rater.replace(/[^\p{L}\p{N}_.-]+/gu, "-") + ".jsonl";
    link.click();
    setTimeout(() => URL.revokeObjectURL(address), 10000);
    state.saved = rows.length;
    keep();
    say(rows.length === 1 ? "1 label downloaded" : rows.length + " labels downloaded");
  };

  const begin = (event) => {
    event.preventDefault();
    const rater = $("rater").value.trim().normalize("NFC");
    const invisible = /[\p{C}\p{Zl}\p{Zp}]/u.test(rater);
    $("refused").textContent = !rater ? "Please write your name." : invisible ? "Your name holds an invisible character." : "";
    if (!rater || invisible) return;
    recall(rater);
    keep();
    render();
    if (!keeps) say("This browser keeps nothing: download before you close the page");
    else if (labelled()) say("Welcome back: you go on where you stopped");
  };

  // ---------------------------------------------------------------- wiring
  const KEYS = {
    ArrowLeft: () => pick(0), 1: () => pick(0), ArrowRight: () => pick(1), 2: () => pick(1),
    t: () => pick("tie"), s: skip, u: undo, n: note, d: toggle, "?": help,
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || $("keys").open || $("bar").hidden) return;
    if (event.target === $("words")) {
      if (event.key === "Escape") $("name").focus({ preventScroll: true });
      return;
    }
    const act = KEYS[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
  const clicks = {
    first: () => pick(0), second: () => pick(1), tie: () => pick("tie"), skip, undo, back: undo, write: note,
    differences: toggle, help, download, "download-all": download,
    review: () => { queue = order.filter((index) => state.skipped.includes(index)); render(); },
  };
  for (const [id, act] of Object.entries(clicks)) $(id).addEventListener("click", act);
  $("words").addEventListener("input", () => {
    state.notes[queue[0]] = $("words").value;
    keep();
  });
  $("who").addEventListener("submit", begin);
  addEventListener("beforeunload", (event) => {
    if (!keeps && labelled() > state.saved) event.preventDefault();
  });

  $("size").textContent = data.cases.length === 1 ? "1 case" : data.cases.length + " cases";
  $("kept").textContent = "Nothing is sent anywhere. Your labels stay in this browser until you download them.";
  $("rater").value = data.rater;
  for (const [id, heading] of [["criteria", "h2"], ["criteria-again", "h3"]]) {
    const box = criteria(heading);
    if (box) $(id).append(box);
  }
  $("rater").focus();
})();
