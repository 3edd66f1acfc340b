"""All the desk's Google knows: its account, files, objects, running operations and the script of its models."""

from simulator.google.config import GoogleConfig
from simulator.google.faults import Fault
from simulator.google.file_shelf import FileShelf
from simulator.google.identity import ServiceAccount
from simulator.google.live.sessions import Sessions
from simulator.google.log import Crossing
from simulator.google.objects import Bucket
from simulator.google.operations import Operations
from simulator.google.resumable import Uploads
from simulator.google.script import Script
from simulator.http.double import Double


class Google(Double[Crossing, Fault]):
    """`base_url` is where callers reach the desk: upload URLs, file URIs and the token endpoint lie there."""

    def __init__(self, config: GoogleConfig, base_url: str) -> None:
        super().__init__()
        self.config = config
        self.base_url = base_url
        self.script = Script()
        self.account = ServiceAccount(config.project)
        self.files = FileShelf(config.data_dir / "files", config.file_polls)
        self.bucket = Bucket(config.bucket, config.data_dir / "objects", list(config.cors))
        self.uploads = Uploads(self.bucket)
        self.operations = Operations(config.operation_polls)
        self.sessions = Sessions()
