"""Long-running operations (google.longrunning): finished work that is shown as running for a number of looks."""

from dataclasses import dataclass, field
from typing import Any


@dataclass
class Operations:
    polls: int
    _bodies: dict[str, dict[str, Any]] = field(default_factory=dict)
    _remaining_looks: dict[str, int] = field(default_factory=dict)

    def start(self, name: str, metadata: dict[str, Any], response: dict[str, Any]) -> dict[str, Any]:
        """The operation as its caller first sees it: running."""
        self._bodies[name] = {"name": name, "metadata": metadata, "done": True, "response": response}
        self._remaining_looks[name] = self.polls
        return {"name": name, "metadata": metadata, "done": False}

    def look(self, name: str) -> dict[str, Any] | None:
        body = self._bodies.get(name)
        if body is None or self._remaining_looks[name] == 0:
            return body
        self._remaining_looks[name] -= 1
        return {"name": name, "metadata": body["metadata"], "done": False}
