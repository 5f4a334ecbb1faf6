"""What must hold before anything runs: format, lint, types, layers, and nothing generated that has drifted."""

from house import PWA, PYTHON, ROOT, VENV, inside, say, script
from node_side import node
from setup import setup
from steps import Step, run_lanes


def server_steps() -> list[Step]:
    """The Python side."""
    return [
        Step("ruff format", [PYTHON, "-m", "ruff", "format", "--check", "."]),
        Step("ruff check", [PYTHON, "-m", "ruff", "check", "."]),
        Step("layers (import-linter)", [VENV / "bin" / "lint-imports", "--no-cache"]),
        Step("types (mypy)", [PYTHON, "-m", "mypy"]),
        Step("vector counts", [PYTHON, "-m", "tests.vectors.count"]),
        Step("openapi.json is what the routes say", [PYTHON, "tools/contract.py", "check"]),
        Step("lock files and addresses", [PYTHON, "tools/addresses_in_files.py"]),
    ]


def client_steps() -> list[Step]:
    """The phone app's side."""
    modules, run = PWA / "node_modules", str(node())
    eslint = [run, str(modules / "eslint" / "bin" / "eslint.js"), "--max-warnings", "0"]
    prettier = [run, str(modules / "prettier" / "bin" / "prettier.cjs"), "--check"]
    types = [run, str(modules / "vue-tsc" / "bin" / "vue-tsc.js"), "--noEmit", "-p", "tsconfig.json"]
    return [
        Step("prettier", [*prettier, "."], PWA),
        Step("eslint", [*eslint, "."], PWA),
        Step("types (vue-tsc)", types, PWA),
        Step("journeys: prettier", [*prettier, "--config", ".prettierrc.json", "../tests/journeys"], PWA),
        Step("journeys: eslint", [*eslint, "--config", "../pwa/eslint.config.js", "journeys"], ROOT / "tests"),
        Step("journeys: types (tsc)", [run, str(modules / "typescript" / "bin" / "tsc"), "-p", "tests/journeys"]),
    ]


def main() -> int:
    setup("check")
    failed = run_lanes([server_steps(), client_steps()], inside(node=node()))
    say(f"check: {len(failed)} failed: {', '.join(failed)}" if failed else "check: all is well")
    return 1 if failed else 0


if __name__ == "__main__":
    script(main)
