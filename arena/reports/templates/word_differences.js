"use strict";
// Words that only one text has, by the longest common subsequence; very long texts are not compared.
const differences = (left, right) => {
  const sides = [left, right].map((text) => text.match(/\S+\s*|\s+/g) || []);
  const words = sides.map((side) => side.map((word) => word.trim()));
  let start = 0;
  while (start < words[0].length && start < words[1].length && words[0][start] === words[1][start]) start += 1;
  let ends = words.map((side) => side.length);
  while (ends[0] > start && ends[1] > start && words[0][ends[0] - 1] === words[1][ends[1] - 1]) ends = [ends[0] - 1, ends[1] - 1];
  const rows = ends[0] - start, columns = ends[1] - start;
  if (rows * columns > 4e6) return null;
  const same = words.map((side) => side.map((_, at) => at < start));
  words.forEach((side, s) => side.forEach((_, at) => { if (at >= ends[s]) same[s][at] = true; }));
  const wide = columns + 1;
  const longest = new Uint16Array((rows + 1) * wide);
  for (let i = rows - 1; i >= 0; i -= 1) {
    for (let j = columns - 1; j >= 0; j -= 1) {
      longest[i * wide + j] = words[0][start + i] === words[1][start + j]
        ? longest[(i + 1) * wide + j + 1] + 1
        : Math.max(longest[(i + 1) * wide + j], longest[i * wide + j + 1]);
    }
  }
  for (let i = 0, j = 0; i < rows && j < columns;) {
    if (words[0][start + i] === words[1][start + j]) {
      same[0][start + i] = same[1][start + j] = true;
      i += 1; j += 1;
    } else if (longest[(i + 1) * wide + j] >= longest[i * wide + j + 1]) i += 1;
    else j += 1;
  }
  return sides.map((side, s) => joined(side, same[s]));
};
// Runs of words that are alike in being marked or not; the blanks after a marked run stay unmarked.
const joined = (side, same) => {
  const parts = [];
  side.forEach((word, at) => {
    const last = parts[parts.length - 1];
    if (last && last.changed === !same[at]) last.text += word;
    else parts.push({ text: word, changed: !same[at] });
  });
  return parts.flatMap((part) => {
    if (!part.changed) return [part];
    const shown = part.text.trimEnd();
    return [{ text: shown, changed: true }, { text: part.text.slice(shown.length), changed: false }];
  });
};
