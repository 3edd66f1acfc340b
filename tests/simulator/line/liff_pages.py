"""LIFF pages of another origin, as the app under test would serve them."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from simulator.line.config import LiffApp
from tests.simulator.line.harness import LOGIN_CHANNEL

QUIZ = f"{LOGIN_CHANNEL}-quiz0000"
UPLOAD = f"{LOGIN_CHANNEL}-upload00"  # its endpoint has a query of its own
READY_QUIZ = f"{LOGIN_CHANNEL}-quiz1111"  # the pages of these two start by themselves
READY_UPLOAD = f"{LOGIN_CHANNEL}-upload11"

_PAGE = """<!doctype html><html lang="ja"><meta charset="utf-8"><title>{title}</title>
<style>
@font-face {{ font-family: "Desk JP"; src: url("{desk}/page/fonts/NotoSansJP-Regular.otf"); }}
:root {{ color-scheme: light dark; font-family: "Desk JP"; }}
</style>
{sdk}<body>
<a id="plain" href="/bare">ほかのページ</a>
<a id="liff" href="https://liff.line.me/{upload}/film?a=1">動画を送る</a>
<a id="outside" href="/liff/help?openExternalBrowser=1">ブラウザで開く</a>
<button id="answer">答える</button>
{start}</body></html>"""
_SDK = """<script src="{desk}/desk/liff/sdk.js"></script>
"""
# These load the SDK themselves, once they are there.
_START = """<script type="module">
window.ticks = 0;
setInterval(() => {{ window.ticks += 1; }}, 20);
const script = document.createElement("script");
script.src = "{desk}/desk/liff/sdk.js";
await new Promise((resolve) => {{ script.onload = resolve; document.head.append(script); }});
await liff.init({{ liffId: "{liff_id}" }});
document.getElementById("answer").onclick = () =>
  liff.sendMessages([{{ type: "text", text: "答えました" }}]).then(liff.closeWindow);
document.body.dataset.ready = liff.getContext().type;
</script>"""


class LiffPages:
    """Any path but /bare is a page with the SDK; those below /ready/ call `liff.init` too."""

    def __init__(self) -> None:
        self.desk_url = ""  # known once the simulator runs
        pages = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("content-type", "text/html")
                self.send_header("content-security-policy", f"frame-ancestors {pages.desk_url}")
                self.end_headers()
                self.wfile.write(pages.page(self.path).encode())

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def page(self, path: str) -> str:
        title = "動画を送る" if "upload" in path else "はじめの質問"
        liff_id = READY_UPLOAD if "upload" in path else READY_QUIZ
        if path == "/bare":
            return "<!doctype html><title>SDKのないページ</title>"
        sdk, start = _SDK.format(desk=self.desk_url), ""
        if path.startswith("/ready/"):
            sdk, start = "", _START.format(desk=self.desk_url, liff_id=liff_id)
        return _PAGE.format(title=title, desk=self.desk_url, sdk=sdk, upload=READY_UPLOAD, start=start)

    def apps(self) -> list[LiffApp]:
        return [
            LiffApp(liff_id=QUIZ, endpoint_url=f"{self.url}/liff/", size="tall"),
            LiffApp(
                liff_id=UPLOAD,
                endpoint_url=f"{self.url}/liff/upload?lang=ja",
                scopes=["profile", "openid"],
            ),
            LiffApp(liff_id=READY_QUIZ, name="質問", endpoint_url=f"{self.url}/ready/quiz/", size="compact"),
            LiffApp(
                liff_id=READY_UPLOAD,
                endpoint_url=f"{self.url}/ready/upload/",
                scopes=["profile", "openid"],
            ),
        ]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
