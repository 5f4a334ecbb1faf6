"""What every answer carries, and the files of the phone app.

Security headers per OWASP ASVS 5.0 V3: no inline script, no eval, camera and position for ourselves only. Answers
with data are never stored by browser or proxy. Under /assets/ a missing file is a 404, never the app's page, so that an
old page cannot take HTML for a script.
"""

from mimetypes import guess_type
from os.path import isfile  # a name that no disk takes is no file to it; pathlib raises
from pathlib import Path

from flask import Blueprint, Flask, Response, request, send_from_directory
from werkzeug.exceptions import NotFound
from werkzeug.middleware.proxy_fix import ProxyFix

from server.platform.auth import access
from server.platform.config import Settings

POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' 'wasm-unsafe-eval'",
        "style-src 'self'",
        "img-src 'self' blob: data:",
        "media-src 'self' blob:",
        "connect-src 'self'",
        "worker-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)


def _security_headers(settings: Settings) -> dict[str, str]:
    headers = {
        "Content-Security-Policy": POLICY,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "camera=(self), geolocation=(self), microphone=(), payment=(), usb=()",
    }
    if settings.secure:
        headers["Strict-Transport-Security"] = "max-age=31536000"
    return headers


def _pages(folder: Path) -> Blueprint:
    pages = Blueprint("pages", __name__)

    @pages.get("/", defaults={"path": ""})
    @pages.get("/<path:path>")
    @access(public=True, answers="file")
    def page(path: str) -> Response:
        if path and isfile(folder / path):
            return _file(folder, path)
        if path.startswith(("api/", "assets/")) or Path(path).suffix:
            raise NotFound
        return _file(folder, "index.html")

    return pages


def _file(folder: Path, path: str) -> Response:
    """A file of the phone app, packed where the build left a packed copy and the browser takes it."""
    packed = f"{path}.gz"
    if request.accept_encodings.quality("gzip") > 0 and isfile(folder / packed):
        answer = send_from_directory(folder, packed, mimetype=guess_type(path)[0])
        answer.headers["Content-Encoding"] = "gzip"
    else:
        answer = send_from_directory(folder, path)
    answer.vary.add("Accept-Encoding")
    hashed = path.startswith("assets/")
    answer.headers["Cache-Control"] = "public, max-age=31536000, immutable" if hashed else "no-cache"
    return answer


def init_web(app: Flask, settings: Settings) -> None:
    """Headers on every answer; the phone app's files where no route is."""
    headers = {name.lower(): (name, value) for name, value in _security_headers(settings).items()}
    app.register_blueprint(_pages(settings.pwa_folder))

    @app.after_request
    def harden(answer: Response) -> Response:
        own = {name.lower() for name, _ in answer.headers}
        answer.headers.extend([header for name, header in headers.items() if name not in own])
        if "cache-control" not in own and request.path.startswith("/api/"):
            answer.headers["Cache-Control"] = "no-store"
        return answer

    if settings.proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=settings.proxies, x_proto=1, x_host=1)  # type: ignore[method-assign]
