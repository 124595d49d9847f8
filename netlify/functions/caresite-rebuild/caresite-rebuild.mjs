// Runs every five minutes, and calls the build hook when a text is due. Netlify's settings, below "Build hooks", make
// such an address; it belongs into the environment variable CARESITE_BUILD_HOOK, and nowhere else: whoever knows it can
// start builds.
import due from "./due.mjs";

const HALF_AN_HOUR = 30 * 60 * 1000; // a build that failed is not tried for ever

export default async () => {
  const late = Date.now() - Date.parse(due);
  if (!(late >= 0 && late < HALF_AN_HOUR)) return;
  const hook = process.env.CARESITE_BUILD_HOOK;
  if (!hook) {
    console.log(`Something is due since ${due}, but CARESITE_BUILD_HOOK is not set.`);
    return;
  }
  const answer = await fetch(hook, { method: "POST", body: "{}" });
  console.log(`Something is due since ${due}: the build hook answered ${answer.status}.`);
};

export const config = { schedule: "*/5 * * * *" };
