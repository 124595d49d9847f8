// Finds words in the pages of this site, in the browser: nobody is asked, and what is typed stays here.
const place = document.querySelector("[data-search]");
const form = place.querySelector("form");
const field = form.elements.q;
const list = Object.assign(document.createElement("ol"), { className: "search-results" });
const count = place.querySelector(".search-count");
const more = place.querySelector("[data-more]");
const index = document.querySelector("[data-search-index]");
const AT_ONCE = 10;
const PATIENCE_MS = 120;
const LONGEST = 200;

// scripts without spaces between words are searched by letters: search_letters.py has the same list, and says why
const SCRIPTS =
  "\\u{e00}-\\u{eff}\\u{1000}-\\u{109f}\\u{1100}-\\u{11ff}\\u{1780}-\\u{17ff}\\u{3005}-\\u{3007}\\u{3041}-\\u{318f}" +
  "\\u{31f0}-\\u{31ff}\\u{3400}-\\u{4dbf}\\u{4e00}-\\u{a48f}\\u{a960}-\\u{a97f}\\u{aa60}-\\u{aa7f}" +
  "\\u{ac00}-\\u{d7ff}\\u{f900}-\\u{faff}\\u{ff66}-\\u{ff9f}\\u{20000}-\\u{3ffff}";
const LETTER = new RegExp(`[${SCRIPTS}]`, "gu");
const RUN = new RegExp(`[${SCRIPTS}](?:[\\p{P}\\p{M}]*[${SCRIPTS}])*`, "gu");
const FIRST = 0xa000; // of the syllables that a letter is written with, two for each
const CODED = /([\ua000-\ua1ff])([\ua000-\ua1ff])/g;
const WORDS_LONG = 28;
const LETTERS_LONG = 60;

const holder = place.querySelector("[data-found]");

let tools;
let found = [];
let turn = 0;
let timer = 0;

// what is needed for a search is fetched when somebody is about to, and once: the finder, and what each page is
function ready() {
  tools ??= Promise.all([finder(), traits()]);
  return tools;
}

async function finder() {
  const pagefind = await import(new URL("pagefind/pagefind.js", import.meta.url));
  await pagefind.options({ baseUrl: "/", excerptLength: WORDS_LONG });
  await pagefind.init();
  return pagefind;
}

async function traits() {
  const answer = await fetch(new URL("pagefind/filters.json", import.meta.url));
  if (!answer.ok) throw new Error(answer.statusText);
  return new Map(Object.entries(await answer.json()));
}

function asked() {
  const values = Object.fromEntries(new FormData(form));
  const { q = "", ...filters } = values;
  const words = q.trim().slice(0, LONGEST);
  return { words, filters: Object.fromEntries(Object.entries(filters).filter(([, value]) => value)) };
}

// the address says what was searched for, so that it can be passed on and come back to
function remember({ words, filters }) {
  const query = new URLSearchParams(words ? { q: words, ...filters } : filters).toString();
  history.replaceState(null, "", query ? `?${query}` : location.pathname);
}

function recall() {
  const query = new URLSearchParams(location.search);
  for (const [name, value] of query) {
    const control = form.elements[name];
    if (control) control.value = value;
  }
  for (const select of form.querySelectorAll("select")) if (select.selectedIndex < 0) select.selectedIndex = 0;
}

async function search() {
  const here = ++turn;
  const { words, filters } = asked();
  remember({ words, filters });
  const idle = !words && !Object.keys(filters).length;
  if (index) index.hidden = !idle;
  if (idle) return show([], []);
  try {
    const [pagefind, known] = await ready();
    const results = await matches(pagefind, words);
    if (here !== turn) return;
    const { kind, ...others } = filters;
    const alike = results.filter(({ id }) => suits(known.get(id), others));
    const kinds = alike.map(({ id }) => known.get(id)?.kind[0]);
    await show(kind ? alike.filter((_, place) => kinds[place] === kind) : alike, kinds);
  } catch {
    if (here !== turn) return;
    found = [];
    holder.replaceChildren();
    more.hidden = true;
    count.textContent = place.dataset.failed;
    if (index) index.hidden = false;
    tools = undefined;
  }
}

// each run of letters has to stand on a page as it was typed, beside all the other words
async function matches(pagefind, words) {
  if (!words) return (await pagefind.search(null)).results;
  const runs = words.normalize("NFC").match(RUN) ?? [];
  const others = words.replace(RUN, " ").trim();
  const phrases = runs.map((run) => `"${run.match(LETTER).map(coded).join(" ")}"`);
  const asked = !runs.length || /[\p{L}\p{N}]/u.test(others) ? [others, ...phrases] : phrases;
  await pagefind.options({ excerptLength: runs.length ? LETTERS_LONG : WORDS_LONG });
  const [first, ...more] = await Promise.all(asked.map(async (term) => (await pagefind.search(term)).results));
  const named = more.map((results) => new Set(results.map(({ id }) => id)));
  return first.filter(({ id }) => named.every((ids) => ids.has(id)));
}

function suits(traits, filters) {
  return Object.entries(filters).every(([name, value]) => traits?.[name]?.includes(value));
}

// `kinds` are those of everything that was found, whichever kind is asked for
async function show(results, kinds) {
  found = results;
  const { words, filters } = asked();
  const idle = !words && !Object.keys(filters).length;
  for (const number of form.querySelectorAll("[data-number]")) {
    number.textContent = kinds.filter((kind) => kind === number.dataset.number).length || "";
  }
  const { countOne, count: several, none } = place.dataset;
  const sentence = results.length === 1 ? countOne : results.length ? several : none;
  count.textContent = idle ? "" : sentence.replace("{n}", results.length.toLocaleString(document.documentElement.lang));
  list.replaceChildren();
  holder.replaceChildren(...(results.length ? [list] : []));
  await showMore();
}

async function showMore() {
  const here = turn;
  const shown = list.children.length;
  const pages = await Promise.all(found.slice(shown, shown + AT_ONCE).map((result) => result.data()));
  if (here !== turn) return;
  list.append(...pages.map(entry));
  more.hidden = list.children.length >= found.length;
}

function entry(page) {
  const { title, kind, at, lang } = page.meta;
  const { pathname, hash } = new URL(at, location.origin); // the path alone: a preview stays where it is
  const item = document.createElement("li");
  const link = document.createElement("a");
  link.href = pathname + hash;
  link.textContent = joined(title);
  spoken(link, lang);
  const label = document.createElement("span");
  label.className = "search-label";
  label.textContent = form.querySelector(`[name="kind"][value="${CSS.escape(kind)}"] + span`)?.firstChild.textContent ?? "";
  const head = document.createElement("p");
  head.className = "search-title";
  head.append(link, " ", label);
  const excerpt = document.createElement("p");
  excerpt.className = "search-excerpt";
  spoken(excerpt, lang);
  excerpt.append(...marked(joined(page.excerpt)));
  item.append(head, excerpt);
  return item;
}

function spoken(element, lang) {
  element.dir = "auto";
  if (lang) element.lang = lang;
}

function coded(letter) {
  const point = letter.codePointAt(0);
  return String.fromCodePoint(FIRST + Math.floor(point / 512), FIRST + (point % 512));
}

// text that was cut into letters for the index, as it was written
function joined(text) {
  const letter = (_, high, low) => String.fromCodePoint((high.charCodeAt() - FIRST) * 512 + low.charCodeAt() - FIRST);
  return text.replace(/ (<mark>)?\u2060/g, "$1").replaceAll("\u2060", "").replace(CODED, letter).replaceAll("</mark><mark>", "");
}

// the excerpt comes as HTML: its words and marks are kept, and nothing else that may stand in it
function marked(html) {
  const { body } = new DOMParser().parseFromString(html, "text/html");
  return Array.from(body.childNodes, (node) => {
    if (node.nodeName !== "MARK") return document.createTextNode(node.textContent);
    const mark = document.createElement("mark");
    mark.textContent = node.textContent;
    return mark;
  });
}

// from the field down into what was found and up again, as in every list of suggestions
function step(event) {
  const links = [field, ...list.querySelectorAll("a")];
  const now = links.indexOf(document.activeElement);
  const next = { ArrowDown: now + 1, ArrowUp: now - 1 }[event.key];
  if (now < 0 || next === undefined || !links[next]) return;
  event.preventDefault();
  links[next].focus();
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  search();
});
form.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(search, PATIENCE_MS);
});
field.addEventListener("focus", () => ready().catch(() => (tools = undefined)), { once: true });
more.addEventListener("click", showMore);
place.addEventListener("keydown", step);
recall();
if (location.search) search();
