"""All the desk's Google knows: its account, files, objects, running operations, faults and scripted answers."""

from dataclasses import dataclass, field

from simulator.google.answers import Script
from simulator.google.config import GoogleConfig
from simulator.google.faults import FaultBook
from simulator.google.file_shelf import FileShelf
from simulator.google.identity import ServiceAccount
from simulator.google.log import CrossingLog
from simulator.google.objects import Bucket
from simulator.google.operations import Operations
from simulator.google.resumable import Uploads
from simulator.state import Clock


@dataclass
class Google:
    """`base_url` is where callers reach the desk: upload URLs, file URIs and the token endpoint lie there."""

    config: GoogleConfig
    base_url: str
    clock: Clock = field(default_factory=Clock)
    faults: FaultBook = field(default_factory=FaultBook)
    script: Script = field(default_factory=Script)
    log: CrossingLog = field(default_factory=CrossingLog)
    account: ServiceAccount = field(init=False)
    files: FileShelf = field(init=False)
    bucket: Bucket = field(init=False)
    uploads: Uploads = field(init=False)
    operations: Operations = field(init=False)

    def __post_init__(self) -> None:
        self.account = ServiceAccount(self.config.project)
        self.files = FileShelf(self.config.data_dir / "files", self.config.file_polls)
        self.bucket = Bucket(self.config.bucket, self.config.data_dir / "objects", list(self.config.cors))
        self.uploads = Uploads(self.bucket)
        self.operations = Operations(self.config.operation_polls)
