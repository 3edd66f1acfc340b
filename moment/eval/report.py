"""The evaluation as one page that needs nothing else: figures, then each clip with its frames and its answer."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from html import escape
from pathlib import Path

from moment.eval import metrics
from moment.eval.figures import FIGURES
from moment.eval.frames import frames_at
from moment.eval.results import Evaluation, ItemResult, ProbeResult, Run
from moment.eval.run import Case
from storage.workspace import workspace

_NEAR = 2.0  # seconds
_STYLE = """
body{font:16px/1.5 system-ui,"Hiragino Sans","Noto Sans JP",sans-serif;margin:0 auto;padding:1rem;max-width:60rem;
color:#222;background:#fafaf8}
h1{font-size:1.3rem}h2{font-size:1.05rem;margin:0 0 .4rem}
table{border-collapse:collapse;width:100%}td{padding:.2rem .4rem;border-bottom:1px solid #ddd}
td+td{text-align:right;white-space:nowrap}
article{background:#fff;border-left:6px solid #4a8;border-radius:4px;padding:.8rem;margin:1rem 0;
box-shadow:0 1px 3px #0002}
article.wrong{border-color:#c43}
.frames{display:flex;gap:.6rem;flex-wrap:wrap}figure{margin:0;max-width:45%}
img{max-width:100%;border-radius:3px}figcaption{font-size:.8rem;color:#555}
p{margin:.4rem 0}.bad{color:#b22}.big{font-size:1.6rem;font-weight:bold}
details{margin-top:.4rem}
"""


@dataclass(frozen=True)
class Moment:
    """A second of the clip worth seeing."""

    second: float
    caption: str


def write_report(evaluation: Evaluation, cases: Sequence[Case], folder: Path) -> Path:
    """report.html and run.json in `folder`; returns the page. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "run.json").write_text(evaluation.model_dump_json(indent=1) + "\n", encoding="utf-8")
    page = folder / "report.html"
    page.write_text(_page(evaluation, cases), encoding="utf-8")
    return page


def _page(evaluation: Evaluation, cases: Sequence[Case]) -> str:
    clips = {case.item.id: case.clip for case in cases}
    # The clips that went wrong first.
    items = sorted(evaluation.items, key=is_right)
    with ThreadPoolExecutor(2) as pool:
        cards = list(pool.map(lambda each: _card(each, clips[each.item.id]), items))
    title = f"Coach “{escape(evaluation.provider)}” on {escape(evaluation.golden_set)}"
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{title}</title><style>{_STYLE}</style></head><body><h1>{title}</h1>"
        f"{_figures(evaluation)}{_probes(evaluation.probes)}{''.join(cards)}</body></html>\n"
    )


def _figures(evaluation: Evaluation) -> str:
    summary = evaluation.summary
    headline, *rest = FIGURES
    about = f"{summary.clips} clips ({summary.clean_clips} clean), {summary.runs} runs, {evaluation.made_at:%Y-%m-%d %H:%M}"
    retrieval = "" if evaluation.retrieval else "; no database: each coach was given the principle to teach"
    rows = [(figure.name, figure.text(figure.of(summary))) for figure in rest]
    rows += [(kind, str(count)) for kind, count in summary.violations.items()]
    rows += [
        (f"{step.step}, {step.provider}: p50 / p95", f"{step.seconds_p50:.2f} / {step.seconds_p95:.2f} s")
        for step in summary.steps
    ]
    return (
        f'<p>{escape(about + retrieval)}</p><p>{headline.name}: <span class="big">'
        f"{headline.text(headline.of(summary))}</span></p>{_table(rows)}"
    )


def _probes(probes: Sequence[ProbeResult]) -> str:
    rows = [
        (f"{probe.probe}: {probe.item}", ("held: " if probe.holds else "FAILED: ") + probe.why)
        for probe in probes
    ]
    return f"<h2>Probes</h2>{_table(rows)}" if rows else ""


def _table(rows: Sequence[tuple[str, str]]) -> str:
    cells = (f"<tr><td>{escape(name)}</td><td>{escape(value)}</td></tr>" for name, value in rows)
    return f"<table>{''.join(cells)}</table>"


def is_right(result: ItemResult) -> bool:
    """Every run names a right fault at the right time; on a clean clip, none."""
    item = result.item
    if item.clean:
        return all(run.analysis is not None and run.fault is None for run in result.runs)
    return all(run.fault in item.right_codes and metrics.moment_hit(item, run, _NEAR) for run in result.runs)


def _card(result: ItemResult, clip: Path) -> str:
    item, run = result.item, result.runs[0]
    moments = _moments(result)
    with workspace() as folder:
        pictures = frames_at(clip, [each.second for each in moments], folder)
    figures = "".join(
        f'<figure><img alt="" src="{picture}"><figcaption>{escape(each.caption)}</figcaption></figure>'
        for each, picture in zip(moments, pictures, strict=True)
        if picture
    )
    label = "clean" if item.clean else ", ".join(f"{fault.code} ({fault.severity})" for fault in item.faults)
    also = f"; also right: {', '.join(item.acceptable)}" if item.acceptable else ""
    answers = ", ".join(each.fault or "no fault" for each in result.runs)
    lines = [f"label: {label}{also}", f"named: {answers}"]
    lines += [f"memo: {item.memo}"] if item.memo else []
    labels = "".join(f"<p>{escape(line)}</p>" for line in lines)
    return (
        f'<article class="{"right" if is_right(result) else "wrong"}"><h2>{escape(item.id)}</h2>'
        f'<div class="frames">{figures}</div>{labels}{_answer(run)}</article>'
    )


def _moments(result: ItemResult) -> list[Moment]:
    window, run = result.item.key_moment, result.runs[0]
    moments = []
    if window:
        middle = (window[0] + window[1]) / 2
        moments.append(Moment(middle, f"label: {window[0]:.1f}–{window[1]:.1f} s"))
    if run.analysis:
        second = run.analysis.key_moment_seconds
        moments.append(Moment(float(second), f"found: {second} s, {run.analysis.confidence}"))
    return moments


def _answer(run: Run) -> str:
    wrong = [f"{step.step}: {line}" for step in run.steps for line in [*step.violations, step.error] if line]
    complaints = "".join(f'<p class="bad">{escape(line)}</p>' for line in wrong)
    if run.analysis is None:
        return complaints
    events = "".join(
        f"<p>{event.t} {escape(event.event)} <small>{escape(event.state)}</small></p>"
        for event in run.analysis.cooking_events
    )
    text = run.coaching
    words = [text.mondaiten, text.skill, text.next_action, text.success_sign] if text else []
    words += [f"{entry.question} → {entry.answer}" for entry in text.memo_answers] if text else []
    coaching = "".join(f"<p>{escape(line)}</p>" for line in words)
    return (
        f"{complaints}<p>{escape(run.analysis.diagnosis)}{escape(run.analysis.evidence)}</p>"
        f"<details><summary>seen</summary>{events}</details>"
        f"<details><summary>coaching text</summary>{coaching}</details>"
    )
