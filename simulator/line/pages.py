"""The pages that a browser gets from LINE's sign-in, plain as they are."""

from urllib.parse import urlencode, urlsplit, urlunsplit

_STYLE = """
@font-face { font-family: "Desk JP"; src: url("/page/fonts/NotoSansJP-Regular.otf"); font-display: swap; }
:root { color-scheme: light dark; }
body { max-width: 28em; margin: auto; padding: 24px; font: 16px/1.7 "Desk JP", system-ui, sans-serif; }
h1 { font-size: 20px; }
ul { padding: 0; list-style: none; }
a { display: block; padding: 12px 0; color: LinkText; }
"""


def page(title: str, content: str) -> str:
    return (
        '<!doctype html><html lang="ja"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<link rel="icon" href="/page/icon.svg" type="image/svg+xml">'
        f"<style>{_STYLE}</style><title>{title}</title>{content}</html>"
    )


def with_query(address: str, facts: dict[str, str]) -> str:
    parts = urlsplit(address)
    query = "&".join(filter(None, [parts.query, urlencode(facts)]))
    return urlunsplit(parts._replace(query=query))
