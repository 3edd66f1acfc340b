"""What the figures are called and how they read, on the terminal, in the report and in comparisons."""

from dataclasses import dataclass

from moment.eval.results import Summary


@dataclass(frozen=True)
class Figure:
    field: str  # of Summary
    name: str
    unit: str  # "%", "s" or "$"
    better: int  # 1: more is better, -1: less is

    def of(self, summary: Summary) -> float | None:
        value: float | None = getattr(summary, self.field)
        return value

    def text(self, value: float | None) -> str:
        if value is None:
            return "–"
        if self.unit == "%":
            return f"{100 * value:.1f} %"
        return f"${value:.4f}" if self.unit == "$" else f"{value:.2f} s"


# The headline first: learners forgive a miss sooner than an invented fault.
FIGURES = (
    Figure("false_alarms", "false alarms on clean clips", "%", -1),
    Figure("fault_precision", "fault precision", "%", 1),
    Figure("fault_recall", "fault recall", "%", 1),
    Figure("gravest_first", "gravest of several faults named", "%", 1),
    Figure("key_moment_2s", "key moment within 2 s", "%", 1),
    Figure("key_moment_5s", "key moment within 5 s", "%", 1),
    Figure("key_moment_error", "key moment, mean error", "s", -1),
    Figure("event_f1_2s", "event F1 at 2 s", "%", 1),
    Figure("event_f1_5s", "event F1 at 5 s", "%", 1),
    Figure("questions_found", "questions found in memos", "%", 1),
    Figure("contract", "right at the first try", "%", 1),
    Figure("grounded", "grounded", "%", 1),
    Figure("same_fault", "runs that agree on the fault", "%", 1),
    Figure("moment_spread", "key moment, spread over runs", "s", -1),
    Figure("seconds_p50", "one run, p50", "s", -1),
    Figure("seconds_p95", "one run, p95", "s", -1),
    Figure("cost_per_run", "one run, cost", "$", -1),
)
