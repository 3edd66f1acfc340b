"""A whole Moment of containers, for desk.stack."""

import socket
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path

from desk.stack import Part, ReconcilerPart, StackFailed, Web, Worker
from settings import Settings
from simulator.line.config import LineConfig
from simulator.line.server import make_server
from simulator.stripe.config import StripeConfig
from tests.deploy.container import SHOWN, Container, container
from tests.deploy.image import Image
from tests.system import listening, served


@dataclass
class ContainerLauncher:
    """Each part in a container, until `stack` ends. LINE is no part of ours: it runs in this process."""

    image: Image
    folder: Path
    shown: Path
    stack: ExitStack
    containers: dict[str, Container] = field(default_factory=dict)
    _sockets: dict[int, socket.socket] = field(default_factory=dict)

    def reserve_port(self) -> int:
        """A socket holds it until its part starts."""
        sock = self.stack.enter_context(closing(listening()))
        port: int = sock.getsockname()[1]
        self._sockets[port] = sock
        return port

    def start_line(self, config: LineConfig, port: int, folder: Path) -> None:
        self.stack.enter_context(served(make_server(config, port=0), self._sockets[port]))

    def start_stripe(self, config: StripeConfig, port: int) -> None:
        raise NotImplementedError("no plan is for sale here")

    def start(self, part: Part, settings: Settings) -> None:
        match part:
            case Web(port):
                self._sockets[port].close()
                self.run(settings, "web", "--port", str(port))
            case Worker(queue):
                self.run(settings, "worker", "--queue", queue)
            case ReconcilerPart():
                self.run(settings, "reconcile")

    def run(self, settings: Settings, command: str, *arguments: str) -> Container:
        """`moment` with these arguments; kept under the command's name."""
        assert settings.google_key_file is not None
        inside = settings.change(google_key_file=SHOWN / settings.google_key_file.name)
        environment = inside.environment() | self._places()
        log = self.folder / f"{command}-{len(list(self.folder.glob('*.log')))}.log"
        self.containers[command] = started = self.stack.enter_context(
            container(self.image, command, *arguments, environment=environment, shown=self.shown, log=log)
        )
        return started

    def _places(self) -> dict[str, str]:
        """Where the image keeps what it writes is its own to say."""
        return {name: value for name, value in self.image.environment.items() if name.startswith("MOMENT_")}

    def check(self) -> None:
        for name, running in self.containers.items():
            if running.engine.poll():  # 0: its work is done, or it was stopped
                raise StackFailed(
                    f"{name} ended with {running.engine.returncode}:\n{running.output()[-3000:]}"
                )
