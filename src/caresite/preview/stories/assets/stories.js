// Keys that take one somewhere, and a button that copies. All of it is there without a script, only slower.

const OFF = "caresite-keys-off";
const typing = "input:not([type=checkbox], [type=radio]), select, textarea, [contenteditable]";

const byId = (id) => document.getElementById(id);
const links = () => [...document.querySelectorAll(".queue h3 a")];

function go(element) {
    element?.closest("details")?.setAttribute("open", "");
    element?.focus();
}

function along(step) {
    const all = links();
    if (!all.length) {
        byId(step > 0 ? "after" : "before")?.click();
        return;
    }
    const at = all.findIndex((link) => link.closest("li").contains(document.activeElement));
    all[Math.min(all.length - 1, Math.max(0, at < 0 ? 0 : at + step))].focus();
}

const KEYS = {
    j: () => along(1),
    k: () => along(-1),
    e: () => go(byId("body")),
    c: () => go(byId("consent")),
    a: () => go(byId("approve") ?? byId("evidence")),
    l: () => go(byId("letter")),
    d: () => go(byId("reason")),
    u: () => byId("all")?.click(),
    "/": () => go(byId("q")),
    "?": () => go(byId("keys")?.querySelector("summary")),
};

function isOn() {
    try {
        return localStorage.getItem(OFF) === null;
    } catch {
        return true;
    }
}

function turn(on) {
    try {
        on ? localStorage.removeItem(OFF) : localStorage.setItem(OFF, "1");
    } catch {
        // then it holds for this page alone, as the box says
    }
}

const box = byId("keys-on");
if (box) {
    box.disabled = false;
    box.checked = isOn();
    box.addEventListener("change", () => turn(box.checked));
}

document.addEventListener("keydown", (event) => {
    if (!box?.checked || event.ctrlKey || event.metaKey || event.altKey || event.target.closest(typing)) {
        return;
    }
    const act = KEYS[event.key];
    if (act) {
        event.preventDefault();
        act();
    }
});

for (const button of document.querySelectorAll("[data-copy]")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
        const field = byId(button.dataset.copy);
        field.select();
        try {
            await navigator.clipboard.writeText(field.value);
            byId("copied").textContent = "Copied.";
        } catch {
            byId("copied").textContent = "Your browser does not let us copy it. It is marked: press Ctrl and C.";
        }
    });
}

byId("told")?.focus();
document.querySelector(".alert[role=alert]")?.scrollIntoView({ block: "nearest" });

// What was written and not saved is not lost by a wrong click.
let unsaved = false;
document.addEventListener("input", (event) => { unsaved ||= Boolean(event.target.closest("form[method=post]")); });
document.addEventListener("submit", () => { unsaved = false; });
addEventListener("beforeunload", (event) => { if (unsaved) { event.preventDefault(); } });
