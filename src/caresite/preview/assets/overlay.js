// The overlay: what is wrong with the site, over the last good page.

import { element, placeLink } from "./elements.js";

const KEY = "caresite-dismissed";

export class Overlay {
    #dialog;
    #shown = "[]";

    constructor(root) {
        this.#dialog = element("dialog", { class: "overlay", "aria-labelledby": "faults-title", close: () => this.#dismiss() });
        root.append(this.#dialog);
    }

    // Shows `faults`, which are the same ones again more often than not; none of them closes it.
    show(faults) {
        const now = JSON.stringify(faults);
        if (now === this.#shown) return;
        this.#shown = now;
        if (!faults.length) {
            this.#dialog.close();
            sessionStorage.removeItem(KEY);
            return;
        }
        this.#dialog.replaceChildren(...this.#content(faults));
        if (sessionStorage.getItem(KEY) !== now) this.open();
    }

    open() {
        if (!this.#dialog.open && this.#dialog.childElementCount) this.#dialog.showModal();
    }

    #dismiss() {
        if (this.#shown !== "[]") sessionStorage.setItem(KEY, this.#shown);
    }

    #content(faults) {
        const title = faults.length === 1 ? "One thing is wrong" : `${faults.length} things are wrong`;
        return [
            element("div", { class: "head" },
                element("h2", { id: "faults-title", tabindex: "-1", autofocus: true }, title),
                element("button", { type: "button", class: "close", click: () => this.#dialog.close() }, "Look at the page"),
            ),
            element("p", {}, "Below is the last page that was good. This goes away by itself when the files are right."),
            element("ol", { class: "faults" }, ...faults.map(faultItem)),
        ];
    }
}

function faultItem(fault) {
    return element("li", { class: `fault ${fault.severity}` },
        element("p", { class: "place" },
            placeLink(fault.place, fault), " ", element("span", { class: "code" }, `${fault.severity} ${fault.code}`)),
        element("p", { class: "message" }, fault.message),
        fault.frame && element("pre", { tabindex: "0", role: "group", "aria-label": "The line in the file" }, fault.frame),
        ...fault.related.map((place) => element("p", { class: "related" }, `see ${place}`)),
        fault.hint && element("p", { class: "hint" }, element("strong", {}, "What to do: "), fault.hint),
    );
}
