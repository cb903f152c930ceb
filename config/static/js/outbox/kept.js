/* Fills a blank page with what was kept to be read without a line; and keeps it, when there is one.

   Markup: data-kept="name" around data-kept-rows and data-kept-none, in a blank page; and in every
   page of somebody signed in data-keep="name" data-from="address": a list to keep for later. */

import { canKeep, keepValue, keptValue } from "./store.js";

/** Turn a kept piece of a page into nodes; a parser's document runs no script. */
function nodesOf(text) { return [...new DOMParser().parseFromString(text, "text/html").body.childNodes]; }

export async function fill(page) {
  const kept = await keptValue("lists", page.dataset.kept);
  if (kept) page.querySelector("[data-kept-rows]").replaceChildren(...nodesOf(kept));
  else page.querySelector("[data-kept-none]").hidden = false;
  page.dispatchEvent(new CustomEvent("kept:shown"));
}

/** Fetch a list and keep it, sealed. */
export async function keepList(name, from) {
  const answer = await fetch(from, { credentials: "same-origin", cache: "no-store", headers: { Accept: "application/json" } }).catch(() => null);
  if (answer?.ok) await keepValue("lists", name, await answer.text());
}

if (canKeep()) for (const page of document.querySelectorAll("[data-kept]")) fill(page);
