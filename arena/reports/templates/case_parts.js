// What a case is put on the screen with, as text alone.
const element = (tag, kind, text) => {
  const made = document.createElement(tag);
  if (kind) made.className = kind;
  if (text !== undefined) made.textContent = text;
  return made;
};

const turn = (title, text, before) => {
  const box = element("section", before ? "turn said-before" : "turn");
  box.append(element("h3", "", title), element("div", "text", text));
  return box;
};
const fold = (title, entries) => {
  const box = element("details", "fold");
  box.open = entries.reduce((sum, entry) => sum + entry.text.length, 0) < 1500;
  box.append(element("summary", "", title));
  for (const entry of entries) {
    const part = element("div", "text");
    if (entry.id) part.append(element("b", "", entry.id));
    part.append(entry.text);
    box.append(part);
  }
  return box;
};
