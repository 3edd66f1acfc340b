"""What Linux tells of processes (proc_pid_stat(5))."""

import os
from collections.abc import Mapping
from pathlib import Path

PROC = Path("/proc")


def parents() -> Mapping[int, int]:
    """Of every process, by their ids."""
    pids = [int(entry.name) for entry in PROC.iterdir() if entry.name.isdigit()]
    return {pid: int(fields[1]) for pid in pids if (fields := stat(pid))}


def stat(pid: int) -> list[str]:
    """From the state on; empty when the process has ended."""
    return read(pid, "stat").rpartition(") ")[2].split()


def read(pid: int, name: str) -> str:
    try:
        return (PROC / str(pid) / name).read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ""


def cpu_of_all() -> float:
    """Seconds of processor time of this process and all that came of it, also of what has ended and was waited for."""
    parent_of = parents()
    ours = [pid for pid in parent_of if _is_of(os.getpid(), pid, parent_of)]
    ticks = sum(int(each) for pid in ours for each in stat(pid)[11:15])
    return ticks / os.sysconf("SC_CLK_TCK")


def _is_of(ancestor: int, pid: int, parent_of: Mapping[int, int]) -> bool:
    while pid != ancestor and pid in parent_of:
        pid = parent_of[pid]
    return pid == ancestor
