"""Stand-ins for `gcloud`, `docker` and `curl` on a PATH of their own: they note how they were called, and answer as told."""

import os
import stat
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

PROGRAM = """#!{python} -IS
import pathlib, re, sys
call = " ".join([pathlib.Path(sys.argv[0]).name, *sys.argv[1:]])
with open({calls!r}, "a", encoding="utf-8") as calls:
    calls.write(call + "\\n")
for pattern in pathlib.Path({failing!r}).read_text(encoding="utf-8").splitlines():
    if re.search(pattern, call):
        sys.exit(f"{{call}}: as the test wants it")
for line in pathlib.Path({answers!r}).read_text(encoding="utf-8").splitlines():
    pattern, _, answer = line.partition(" => ")
    if re.search(pattern, call):
        print(answer.encode().decode("unicode_escape"))
        break
"""
PROGRAMS = "gcloud", "docker", "curl"


@dataclass
class Cloud:
    folder: Path
    answers: dict[str, str] = field(default_factory=dict)  # by a pattern of the call; \\n parts lines

    def run(self, script: Path, *arguments: str, failing: Sequence[str] = ()) -> "Run":
        """`failing`: patterns of calls that end with an error."""
        calls, failures, answers = (self.folder / name for name in ("calls", "failing", "answers"))
        calls.write_text("", encoding="utf-8")
        failures.write_text("\n".join(failing), encoding="utf-8")
        answers.write_text(
            "\n".join(f"{call} => {text}" for call, text in self.answers.items()), encoding="utf-8"
        )
        program = PROGRAM.format(
            python=sys.executable, calls=str(calls), failing=str(failures), answers=str(answers)
        )
        for name in PROGRAMS:
            path = self.folder / name
            path.write_text(program, encoding="utf-8")
            path.chmod(path.stat().st_mode | stat.S_IXUSR)
        quick = {
            "SMOKE_TRIES": "2",
            "SMOKE_PAUSE": "0",
            "WATCH_ROUNDS": "2",
            "WATCH_PAUSE": "0",
            "REGION": "here",
        }
        environment = {**os.environ, **quick, "PATH": f"{self.folder}:{os.environ['PATH']}"}
        done = subprocess.run(
            [script, *arguments], env=environment, capture_output=True, text=True, check=False
        )
        return Run(done.returncode, calls.read_text(encoding="utf-8").splitlines(), done.stderr)


@dataclass(frozen=True)
class Run:
    code: int
    calls: list[str]
    errors: str

    def place(self, *words: str) -> int:
        """Of the first call with all these words in it; fails where there is none."""
        places = [place for place, call in enumerate(self.calls) if all(word in call for word in words)]
        assert places, f"no call with {words} in {self.calls}"
        return places[0]

    def has(self, *words: str) -> bool:
        return any(all(word in call for word in words) for call in self.calls)
