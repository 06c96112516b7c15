"use strict";
// The table of everyone: sort, search, filter, unfold parts to tests. Its data is the JSON block `data` (grader.report.payload).
// Text enters the page through textContent alone, so that no name or title is ever read as markup.
{
  const SHEET = 500; // rows shown at once: a whole class of the usual size; thousands stay quick
  const data = JSON.parse(document.getElementById("data").textContent);
  const words = data.words;
  const byId = (id) => document.getElementById(id);
  const number = new Intl.NumberFormat(data.language, { maximumFractionDigits: 2 });
  const collator = new Intl.Collator(data.language, { numeric: true, sensitivity: "base" });
  const [NAME, SLUG, STATUS, SCORE, PARTS, LETTERS, NEEDS] = [0, 1, 2, 3, 4, 5, 6];
  const GRADED = 0;

  const state = { key: "student", descending: false, query: "", verdict: "", sheet: 0, open: new Set() };
  const firstTest = [];
  data.parts.reduce((start, part, index) => ((firstTest[index] = start), start + part[2].length), 0);
  const plain = (text) => text.normalize("NFKC").toLowerCase().replaceAll("ё", "е"); // whoever searches rarely types ё
  data.rows.forEach((row) => row.push(plain(row[NAME])));
  const PLAIN = 7;
  let chosen = [];

  function element(tag, properties = {}, ...children) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(properties)) {
      if (name in made) made[name] = value;
      else made.setAttribute(name, value);
    }
    made.append(...children);
    return made;
  }

  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const unseen = (text) => element("span", { className: "unseen" }, text);

  // Columns: {key, title, value(row), cell(row), part?} ---------------------------------------------------------------

  function columns() {
    const shown = [
      { key: "student", title: words.student, value: (row) => row[NAME], cell: nameCell, text: true },
      { key: "score", title: words.score, value: (row) => row[SCORE], cell: scoreCell },
      { key: "status", title: words.status, value: (row) => data.statuses[row[STATUS]], cell: statusCell, text: true },
    ];
    data.parts.forEach(([title, points, tests, count], part) => {
      shown.push({
        key: `part ${part}`, title: `${part + 1}\u00a0${title}`, part, count: tests.length ? count : "",
        value: (row) => row[PARTS][part], cell: (row) => pointsCell(row[PARTS][part], points),
      });
      if (state.open.has(part)) {
        tests.forEach(([label, testTitle], index) => {
          const letter = (row) => row[LETTERS][firstTest[part] + index] || " ";
          shown.push({
            key: `test ${label}`, title: label, hint: testTitle,
            value: (row) => "pfetcng ".indexOf(letter(row)), cell: (row) => testCell(letter(row)),
          });
        });
      }
    });
    shown.push({ key: "handout", title: words.handout, plain: true, cell: handoutCell });
    return shown;
  }

  const address = (folder, row) => `${folder}/${encodeURIComponent(row[SLUG] || row[NAME])}/index.html`;

  function nameCell(row) {
    const link = element("a", { href: address("instructor", row) }, element("bdi", {}, row[NAME]));
    return element("th", { scope: "row" }, link);
  }

  function handoutCell(row) {
    const link = element("a", { href: address("students", row) }, words.page, unseen(` (${row[NAME]})`));
    return element("td", { className: "handout" }, link);
  }

  function statusCell(row) {
    return element("td", { className: row[STATUS] === GRADED ? "status" : "status odd" }, data.statuses[row[STATUS]]);
  }

  function scoreCell(row) {
    return element("td", { className: "total" }, row[SCORE] === null ? "—" : number.format(row[SCORE]));
  }

  function pointsCell(score, points) {
    if (score === null) return element("td", { className: "lost unknown" }, element("span", { "aria-hidden": "true" }, "–"), unseen(words.unknown));
    const lost = points > 0 ? 1 - score / points : 0;
    const [symbol, word] = lost <= 0 ? ["✓", words.all] : score > 0 ? ["◐", words.some] : ["✗", words.nothing];
    const step = lost <= 0 ? 0 : lost >= 1 ? 4 : Math.ceil(lost * 3);
    const sign = element("span", { className: "sign", title: word, "aria-hidden": "true" }, symbol);
    return element("td", { className: `lost lost${step}` }, sign, element("span", { className: "value" }, number.format(score)));
  }

  function testCell(letter) {
    const [symbol, word] = data.tests[letter] || ["–", words.unknown];
    const sign = element("span", { "aria-hidden": "true", title: word }, symbol);
    return element("td", { className: `test test-${letter.trim() || "none"}` }, sign, unseen(word));
  }

  // The table -----------------------------------------------------------------------------------------------------------

  function choose() {
    const column = columns().find(({ key }) => key === state.key);
    const query = plain(state.query.trim());
    chosen = data.rows.filter((row) => {
      if (query && !row[PLAIN].includes(query)) return false;
      if (state.verdict === "") return true;
      return state.verdict === "needs" ? row[NEEDS] === 1 : row[STATUS] === Number(state.verdict);
    });
    const sign = state.descending ? -1 : 1;
    const compare = column.text ? collator.compare : (a, b) => a - b;
    chosen.sort((a, b) => {
      const [x, y] = [column.value(a), column.value(b)];
      if (x === null || y === null) return (x === null) - (y === null); // no score is last, whatever the direction
      return sign * compare(x, y) || collator.compare(a[NAME], b[NAME]);
    });
    state.sheet = 0;
  }

  function headCell(column) {
    if (column.plain) return element("th", { scope: "col" }, column.title);
    const sorted = column.key === state.key;
    const arrow = sorted ? (state.descending ? " ↓" : " ↑") : "";
    const label = column.hint ? [element("span", { "aria-hidden": "true" }, column.title), unseen(`${column.title} ${column.hint}`)] : [column.title];
    const sort = element("button", { type: "button", className: "sort", title: column.hint || "" }, ...label,
      element("span", { "aria-hidden": "true" }, arrow));
    sort.dataset.sort = column.key;
    const head = element("th", { scope: "col", className: column.hint ? "test" : column.text ? "text" : "" }, sort);
    head.setAttribute("aria-sort", sorted ? (state.descending ? "descending" : "ascending") : "none");
    if (column.count) {
      const open = state.open.has(column.part);
      const title = data.parts[column.part][0];
      const fold = element("button", { type: "button", className: "fold" },
        element("span", { "aria-hidden": "true" }, `${open ? "▾" : "▸"} ${column.count}`),
        unseen(fill(open ? words.hideTests : words.showTests, { part: title })));
      fold.setAttribute("aria-expanded", String(open));
      fold.dataset.fold = String(column.part);
      head.append(fold);
    }
    return head;
  }

  function draw() {
    const shown = columns();
    const focus = document.activeElement && { ...document.activeElement.dataset };
    const rows = chosen.slice(state.sheet * SHEET, (state.sheet + 1) * SHEET);
    const table = byId("table");
    table.tHead.replaceChildren(element("tr", {}, ...shown.map(headCell)));
    table.tBodies[0].replaceChildren(...rows.map((row) => element("tr", {}, ...shown.map((column) => column.cell(row)))));
    if (!rows.length) {
      table.tBodies[0].append(element("tr", {}, element("td", { colSpan: shown.length, className: "text" }, words.none)));
    }
    for (const name of ["sort", "fold"]) { // the head was drawn anew: give the focus back
      if (focus && focus[name] !== undefined) table.tHead.querySelector(`[data-${name}="${focus[name]}"]`)?.focus();
    }
    byId("shown").textContent = fill(words.shown, { shown: number.format(chosen.length), all: number.format(data.rows.length) });
    byId("sheets").hidden = chosen.length <= SHEET;
    const first = state.sheet * SHEET;
    byId("sheet").textContent = fill(words.rows, { first: number.format(first + 1), last: number.format(first + rows.length) });
    byId("previous").disabled = state.sheet === 0;
    byId("next").disabled = (state.sheet + 1) * SHEET >= chosen.length;
  }

  function update() {
    choose();
    draw();
  }

  function turn(by) {
    state.sheet += by;
    draw();
    byId("region").scrollTop = 0;
  }

  function start() {
    const present = [...new Set(data.rows.map((row) => row[STATUS]))].sort((a, b) => a - b);
    const choices = [["", words.everything], ["needs", words.needing], ...present.map((status) => [String(status), data.statuses[status]])];
    byId("verdict").append(...choices.map(([value, text]) => element("option", { value }, text)));
    byId("legend").textContent = [["✓", words.all], ["◐", words.some], ["✗", words.nothing], ["–", words.unknown]]
      .map((pair) => pair.join(" ")).join(" · ") + ` (${words.tests}: ${Object.values(data.tests).map((pair) => pair.join(" ")).join(" · ")})`;
    byId("controls").addEventListener("submit", (event) => event.preventDefault());
    byId("search").addEventListener("input", (event) => { state.query = event.target.value; update(); });
    byId("verdict").addEventListener("change", (event) => { state.verdict = event.target.value; update(); });
    byId("previous").addEventListener("click", () => turn(-1));
    byId("next").addEventListener("click", () => turn(1));
    byId("table").tHead.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (!button) return;
      if (button.dataset.sort !== undefined) {
        state.descending = state.key === button.dataset.sort && !state.descending;
        state.key = button.dataset.sort;
        update();
      } else {
        const part = Number(button.dataset.fold);
        if (!state.open.delete(part)) state.open.add(part);
        else if (state.key.startsWith(`test ${part + 1}.`)) state.key = "student";
        update();
      }
    });
    byId("unscripted").hidden = true;
    for (const id of ["controls", "region"]) byId(id).hidden = data.rows.length === 0;
    update();
  }

  start();
}
