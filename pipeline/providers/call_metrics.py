"""What calls to paid services took, counted by the process that made them: a row tells of one only when its attempt is
settled, and an outage must be seen before."""

from prometheus_client import Counter

from models.coaching import ModelCall

_LABELS = ["provider", "model", "purpose"]
CALLS = Counter("moment_provider_calls", "Calls by their outcome: ok, or the error", [*_LABELS, "outcome"])
TOKENS = Counter("moment_provider_tokens", "Tokens; those cached are among the input", [*_LABELS, "kind"])
COST = Counter("moment_provider_cost_dollars", "US dollars by our own price list", _LABELS)


def count(call: ModelCall, provider: str) -> None:
    labels = (provider, call.model, call.purpose)
    CALLS.labels(*labels, call.outcome).inc()
    COST.labels(*labels).inc(call.cost_usd)
    tokens = {
        "input": sum(call.input_tokens.values()),
        "cached": call.cached_tokens,
        "output": call.output_tokens,
        "thought": call.thought_tokens,
    }
    for kind, number in tokens.items():
        if number:
            TOKENS.labels(*labels, kind).inc(number)
