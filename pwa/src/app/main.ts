import "@/ui/tokens.css";
import "@/ui/base.css";
import { boot, tellFailure } from "./boot";

const root = document.getElementById("app");
if (root !== null) boot(root).catch(() => tellFailure(root));
