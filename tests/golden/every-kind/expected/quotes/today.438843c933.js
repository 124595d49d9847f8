// Puts the quote of the reader's own day into the page. Without it, the quote of the day of the build stands there.
"use strict";
const stage = document.querySelector("[data-quote-calendar]");
const now = new Date();
const day = [now.getMonth() + 1, now.getDate()].map((n) => String(n).padStart(2, "0")).join("-");

async function showToday() {
  const answer = await fetch(stage.dataset.quoteCalendar);
  const quote = answer.ok ? (await answer.json())[day] : null;
  if (!quote) return;
  const text = stage.querySelector("[data-quote-text]");
  text.textContent = quote.text;
  text.parentElement.lang = quote.lang ?? document.documentElement.lang;
  text.parentElement.dir = "auto";
  stage.querySelector("[data-quote-author]").textContent = quote.author || stage.dataset.quoteUnnamed;
  // only the path: a preview stays where it is, and nothing in the data can become another scheme
  stage.querySelector("[data-quote-link]").href = new URL(quote.url, location.href).pathname;
}

if (stage && stage.dataset.quoteDay !== day) showToday().catch(() => {});
