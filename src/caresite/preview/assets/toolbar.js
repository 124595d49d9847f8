// The toolbar: what the person at work may want to know of this page. Alt+C takes it away and brings it back.

import { element, placeLink } from "./elements.js";

const KEY = "caresite-toolbar";
const STATES = { draft: "Draft", future: "Not due yet", expired: "Expired" };
const HELD = new CSSStyleSheet();
HELD.replaceSync("@media screen { [data-caresite-held] { outline: 2px dashed #b45309; outline-offset: 2px; } }");

export class Toolbar {
    #path;
    #bar;
    #toggle;
    #panel;
    #mark;
    #signal;
    #faults;
    #about = null;

    constructor(root, path, showFaults) {
        this.#path = path;
        this.#mark = element("p", { class: "mark", hidden: true });
        this.#signal = element("span", { class: "signal", role: "status" });
        this.#faults = element("button", { type: "button", class: "count", hidden: true, click: showFaults });
        this.#toggle = element("button", {
            type: "button", class: "toggle", "aria-expanded": "false", "aria-controls": "panel", click: () => this.#unfold(),
        });
        this.#panel = element("div", { id: "panel", class: "panel", hidden: true });
        this.#bar = element("section", { class: "bar", "aria-label": "caresite preview", keydown: (e) => this.#fold(e) },
            this.#panel, element("div", { class: "strip" }, this.#signal, this.#faults, this.#toggle));
        root.append(element("div", { class: "corner" }, this.#mark, this.#bar));
        addEventListener("keydown", (event) => this.#switch(event));
        this.#bar.hidden = localStorage.getItem(KEY) === "off";
    }

    connected(yes) {
        this.#signal.textContent = yes ? "" : "The preview is not running. ";
    }

    count(faults) {
        this.#faults.hidden = !faults;
        this.#faults.textContent = faults === 1 ? "1 error" : `${faults} errors`;
    }

    async refresh() {
        try {
            const answer = await fetch(`/_caresite/about?path=${encodeURIComponent(this.#path)}`);
            this.#about = await answer.json();
        } catch {
            return; // the server has just gone; it is told elsewhere
        }
        this.#showMark();
        this.#showStrip();
        this.#panel.replaceChildren(...this.#content(this.#about));
        this.#markLinks();
    }

    // the key

    #switch(event) {
        const typed = event.composedPath()[0];
        const types = typed.isContentEditable || /^(?:INPUT|TEXTAREA|SELECT)$/.test(typed.tagName ?? "");
        if (types || event.code !== "KeyC" || !event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        this.#bar.hidden = !this.#bar.hidden;
        localStorage.setItem(KEY, this.#bar.hidden ? "off" : "on");
        this.#markLinks();
    }

    #unfold() {
        this.#panel.hidden = !this.#panel.hidden;
        this.#toggle.setAttribute("aria-expanded", String(!this.#panel.hidden));
    }

    #fold(event) {
        if (event.key !== "Escape" || this.#panel.hidden) return;
        this.#unfold();
        this.#toggle.focus();
    }

    // what is shown

    #showMark() {
        const word = STATES[this.#about.state];
        this.#mark.hidden = !word;
        if (!word) return;
        const why = this.#about.state === "draft" ? "not on the public site" : this.#about.reason;
        this.#mark.replaceChildren(element("strong", {}, word), `: ${why}`);
    }

    #showStrip() {
        const { source, kind, notes } = this.#about;
        const name = source || (kind === "404" ? "no page at this address" : `made from other pages (${kind})`);
        const number = notes.length === 1 ? "1 warning" : `${notes.length} warnings`;
        this.#toggle.replaceChildren(
            element("span", { class: "name" }, name),
            notes.length ? element("span", { class: "number" }, number) : "",
        );
    }

    #markLinks() {
        const held = this.#bar.hidden || !this.#about ? {} : this.#about.held;
        const sheets = document.adoptedStyleSheets.filter((sheet) => sheet !== HELD);
        document.adoptedStyleSheets = Object.keys(held).length ? [...sheets, HELD] : sheets;
        for (const link of document.links) {
            const state = held[decodeURI(link.pathname)] ?? held[link.pathname];
            if (state) link.dataset.caresiteHeld = state;
            else delete link.dataset.caresiteHeld;
        }
    }

    #content(about) {
        return [
            element("h2", {}, "This page"),
            ...(about.kind === "404" ? [element("p", {}, "There is no page at this address.")] : facts(about)),
            element("nav", { "aria-label": "Preview" },
                element("ul", { class: "links" }, ...about.links.map((link) =>
                    element("li", {}, element("a", { href: link.url }, link.text))))),
            element("p", { class: "keys" }, element("kbd", {}, "Alt"), "+", element("kbd", {}, "C"),
                " takes this bar away and brings it back."),
        ];
    }
}

function facts(about) {
    return [
        element("dl", {},
            ...pair("File", about.source
                ? placeLink(about.source, { opens: about.opens, path: about.source, line: about.line, column: 0 })
                : "none of its own: it is made from others"),
            ...pair("State", about.state === "published" ? "public" : `${STATES[about.state]}: ${about.reason}`),
            ...(about.next_due ? pair("Next due on the site", about.next_due) : []),
        ),
        element("h3", {}, "Warnings"),
        about.notes.length
            ? element("ul", { class: "notes" }, ...about.notes.map(noteItem))
            : element("p", {}, "None: nothing to add or to put right."),
        ...(about.result ? [element("h3", {}, "As a search result"), searchResult(about.result)] : []),
        ...(about.shared ? [element("h3", {}, "As a shared link"), sharedImage(about.shared)] : []),
    ];
}

const pair = (name, value) => [element("dt", {}, name), element("dd", {}, value)];

function noteItem(note) {
    return element("li", {},
        note.text, note.code && ` [${note.code}]`,
        note.place && element("span", { class: "where" }, " ", placeLink(note.place, note)),
        note.hint && element("span", { class: "hint" }, ` ${note.hint}`));
}

const sharedImage = (shared) => element("img", { class: "shared", src: shared.url, alt: shared.alt, width: 1200, height: 630 });

function searchResult(result) {
    const date = result.date ? element("span", { class: "date" }, `${result.date} – `) : "";
    return element("div", { class: "result" },
        element("p", { class: "address" }, result.address),
        element("p", { class: "title" }, result.title || "No title"),
        element("p", { class: "words" }, date, result.description || "No description: words are picked from the page."));
}
