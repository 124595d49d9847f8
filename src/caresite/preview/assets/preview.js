// The script of a page in the preview: hears of every save, and brings the page up to date.

import { forgetMissing, morph, runsScripts } from "./morph.js";
import { swap } from "./swap.js";
import { remember, restore } from "./place.js";
import { Overlay } from "./overlay.js";
import { Toolbar } from "./toolbar.js";
import { openPlace, shadowHost } from "./elements.js";

const HOME = "/_caresite/";
const AGAIN_MS = [200, 400, 800, 1600];
const LOOP_MS = 3000;

const tag = document.querySelector("script[data-caresite]");
const own = new URL(".", import.meta.url).pathname;
const path = location.pathname;
const isOwnPage = path.startsWith(HOME);
const listsFaults = tag.dataset.faults === "shown";
const isWaiting = listsFaults && !isOwnPage;

let shown = tag.dataset.caresite;
let source = null;
let failures = 0;
let next = null;
let busy = false;
let about = "";
let goingTo = "";
const loaded = new Map();

const host = shadowHost(own);
const overlay = new Overlay(host);
const toolbar = isOwnPage || isWaiting ? null : new Toolbar(host, path, () => overlay.open());

// hearing

function connect() {
    if (source || document.hidden) return; // a hidden tab leaves its connection to others; a browser has only six
    source = new EventSource(`${HOME}events?path=${encodeURIComponent(path)}`);
    source.onopen = () => {
        failures = 0;
        toolbar?.connected(true);
    };
    source.onmessage = (event) => receive(JSON.parse(event.data));
    source.addEventListener("saved", (event) => follow(JSON.parse(event.data)));
    source.onerror = () => {
        disconnect();
        toolbar?.connected(false);
        setTimeout(connect, AGAIN_MS[Math.min(failures++, AGAIN_MS.length - 1)]);
    };
}

function disconnect() {
    source?.close();
    source = null;
}

document.addEventListener("visibilitychange", () => (document.hidden ? disconnect() : connect()));
addEventListener("pagehide", disconnect);
addEventListener("pageshow", () => {
    goingTo = "";
    connect();
});

// acting

async function receive(state) {
    next = state;
    if (busy) return; // what is under way comes to its end, then the newest state counts
    busy = true;
    try {
        while (next) {
            const now = next;
            next = null;
            await act(now);
        }
    } finally {
        busy = false;
    }
}

async function act(state) {
    if (state.scripts !== own) return reload(`scripts ${state.scripts}`);
    if (!listsFaults) overlay.show(state.faults);
    if (state.moved) return location.replace(state.moved + (state.moved.includes("#") ? "" : location.hash));
    const isLost = state.page.startsWith("none-") && !isWaiting; // nothing can be built, so what is here is the best
    const isNew = state.page !== shown && !isLost;
    if (isNew && !(await update(state))) return reload(`page ${state.page}`);
    if (!isLost && !swap(state.assets, loaded)) return reload(`assets ${JSON.stringify(state.assets)}`);
    toolbar?.count(state.faults.length);
    if (isNew || state.about !== about) toolbar?.refresh();
    about = state.about;
    document.dispatchEvent(new CustomEvent("caresite:shown"));
}

// Puts the new words in place of the old; tells whether that was possible.
async function update(state) {
    if (isWaiting || runsScripts(document)) return false;
    let answer;
    try {
        answer = await fetch(isOwnPage ? path : `${HOME}page?path=${encodeURIComponent(path)}`);
    } catch {
        return true; // the server has just gone; it tells again when it is back
    }
    try {
        if (answer.status !== 200) return false;
        const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
        const freshTag = fresh.querySelector("script[data-caresite]");
        if (freshTag?.dataset.policy !== tag.dataset.policy || runsScripts(fresh)) return false;
        morph(document, fresh);
        shown = freshTag.dataset.caresite;
        forgetMissing(loaded, state.assets);
        return true;
    } catch {
        return false; // a policy of the site's own may forbid it
    }
}

function reload(why) {
    if (goingTo) return; // or the visitor would stay here
    const last = JSON.parse(sessionStorage.getItem("caresite-reload") ?? "{}");
    if (last.why === why && last.path === path && Date.now() - last.at < LOOP_MS) return;
    sessionStorage.setItem("caresite-reload", JSON.stringify({ why, path, at: Date.now() }));
    remember();
    disconnect();
    location.reload();
}

// following what is being written

const me = `${Date.now()}-${Math.random()}`;
const comeForward = () => localStorage.setItem("caresite-foremost", me);
addEventListener("focus", comeForward);
if (!document.hidden) comeForward();

function follow(url) {
    const target = new URL(url, location.href);
    if (localStorage.getItem("caresite-foremost") !== me || target.pathname === path || target.href === goingTo) return;
    goingTo = target.href;
    setTimeout(() => (goingTo = ""), LOOP_MS); // for whoever stops the browser on the way
    location.assign(target.href);
}

document.addEventListener("click", (event) => {
    const button = event.target.closest?.("button.opens[data-path]");
    if (button) openPlace(button.dataset);
});

restore();
connect();
