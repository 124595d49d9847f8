// A build plugin of this site. Netlify's own cache keeps these folders from one build to the next; both can be lost
// at any time, and then the next build makes everything anew.
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";

const KEPT = [".caresite", "public"];

export const onPreBuild = async ({ utils }) => {
  await utils.cache.restore(KEPT);
};

export const onBuild = async ({ utils }) => {
  await utils.cache.save(KEPT);
  const told = execFileSync("caresite", ["build", "--json", "--dry-run"], { encoding: "utf8", maxBuffer: 1 << 28 });
  const due = JSON.parse(told).next_due ?? "";
  writeFileSync("netlify/functions/caresite-rebuild/due.mjs", `export default ${JSON.stringify(due)};\n`);
  console.log(due ? `caresite: something is due on ${due}` : "caresite: nothing is due later");
};
