"""Reading request headers."""


def bearer(authorization: str | None) -> str | None:
    """The token of an Authorization header."""
    scheme, _, token = (authorization or "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token.strip() else None


def media_type(content_type: str | None) -> str:
    """A Content-Type without its parameters, "" where there is none."""
    return (content_type or "").split(";")[0].strip().lower()
