/** Before the first journey: the demo bureau's instance, and the film that the fake camera shows. */
import { CAMERA } from "./browser";
import { isBuilt, makeTemplate, run } from "./server";

export default function begin(): () => void {
  if (!isBuilt()) throw new Error("pwa/dist is missing: run make setup");
  run(["tests/journeys/camera.py", CAMERA], process.env);
  return makeTemplate();
}
