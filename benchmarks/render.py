"""Our whole render against the bare ffmpeg command at its heart, with the same inputs and the same output.

What we add around it: captions, the voice's and the result's loudness measured, a probe, a preview.
"""

import subprocess
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from benchmarks.bench import Bench
from benchmarks.costs import Cost, cost_of
from benchmarks.fixed_latency import tones
from benchmarks.footage import clip
from benchmarks.measurement import Measurement, ratio_at_most
from benchmarks.runner import Report
from pipeline.media.composition import compose, prepare
from pipeline.media.probe import ClipFile, check_usable

ROUNDS = 3
SOURCE_SECONDS = 24
SOURCE_SIZE = "720x1280"  # what LINE hands over of a phone's clip
KEY_MOMENT_SECONDS = 12
PART1 = [
    "ゆうこさん、よくできました。",
    "火加減を落とさずに作れていました。",
    "そのポイントを見てみましょう。",
]
PART2 = ["ここで音を聞いてください。", "卵のふちが固まりはじめています。", "すぐにご飯を入れてください。"]
OVER_BARE = 1.10
OF_LENGTH = 0.4


def measure(bench: Bench, folder: Path, report: Report) -> Sequence[Measurement]:
    report("drawing the source")
    source = clip(folder / "source.mp4", seconds=SOURCE_SECONDS, size=SOURCE_SIZE)
    facts = check_usable(source)
    speech = tones([*PART1, *PART2], folder)
    story = [ClipFile(source, facts)], speech[: len(PART1)], speech[len(PART1) :], KEY_MOMENT_SECONDS
    bare_folder, our_folder = folder / "bare", folder / "ours"
    bare_folder.mkdir()
    our_folder.mkdir()
    bare = prepare(*story, bare_folder)
    ours_costs, bare_costs = [], []
    for number in range(ROUNDS):
        report(f"render {number + 1} of {ROUNDS}")
        ours_costs.append(cost_of(lambda: compose(*story, our_folder)))
        bare_costs.append(cost_of(lambda: subprocess.run(bare.command, capture_output=True, check=True)))
    return _compare(ours_costs, bare_costs, bare.board.seconds)


def _compare(ours: Sequence[Cost], bare: Sequence[Cost], length: float) -> Sequence[Measurement]:
    our_wall, bare_wall = median(cost.wall for cost in ours), median(cost.wall for cost in bare)
    our_cpu, bare_cpu = median(cost.cpu for cost in ours), median(cost.cpu for cost in bare)
    return [
        Measurement("render, processor time ÷ bare ffmpeg", our_cpu, bare_cpu, "s", ratio_at_most(OVER_BARE)),
        Measurement("render, wall time ÷ bare ffmpeg", our_wall, bare_wall, "s", ratio_at_most(OVER_BARE)),
        Measurement("render, wall time ÷ video's length", our_wall, length, "s", ratio_at_most(OF_LENGTH)),
    ]
