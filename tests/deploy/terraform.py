"""The Terraform module as tfparse resolves it: variables, locals and `for_each`, without Terraform and without an account."""

import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import tfparse

from tests.moment.children import ROOT

MODULE = ROOT / "deploy" / "terraform"
VALUES = "example.tfvars"
KINDS_OF_CONTAINERS = (
    "google_cloud_run_v2_service",
    "google_cloud_run_v2_worker_pool",
    "google_cloud_run_v2_job",
)

# What only Google knows, as it might answer.
ANSWERS = (
    (r"one\(\[.*?\n  \]\)", '{ ip_address = "10.10.8.2", port = 6379 }'),  # the broker's endpoint
    (r"google_secret_manager_secret_version\.database_url\.version", '"7"'),
    (r"\$\{data\.google_project\.this\.number\}", "123456789012"),
)
# tfparse expands no `dynamic` block within another: it is read as a block of its own name.
NESTED = (r'\bdynamic "(\w+)" \{', r"dynamic_\1 {")


@dataclass(frozen=True)
class Block:
    """A resource, a variable, or a block within one."""

    attributes: Mapping[str, Any]

    @property
    def address(self) -> str:
        """`queue["models"]` of `google_cloud_run_v2_worker_pool.queue["models"]`."""
        path: str = self.attributes["__tfmeta"]["path"]
        return path.split(".", 1)[1] if not path.startswith("data.") else path

    @property
    def key(self) -> str:
        """`models` of `queue["models"]`."""
        return self.address.partition('["')[2].removesuffix('"]')

    def blocks(self, name: str) -> list["Block"]:
        found = self.attributes.get(name)
        return [Block(each) for each in (found if isinstance(found, list) else [found]) if each]

    def block(self, *names: str) -> "Block":
        """The one block within one block within … this one."""
        here = self
        for name in names:
            (here,) = here.blocks(name)
        return here

    def value(self, name: str) -> Any:
        return self.attributes.get(name)

    def names(self) -> Iterator[str]:
        """Of its arguments and blocks, those of blocks within as `scaling.min_instance_count`."""
        hidden = {"id", "__tfmeta", "for_each", "count", "depends_on", "lifecycle", "provider"}
        for name in self.attributes.keys() - hidden:
            plain = name.removeprefix("dynamic_")
            yield plain
            for inner in self.blocks(name):
                if isinstance(inner.attributes, Mapping) and "__tfmeta" in inner.attributes:
                    content = inner.block("content") if plain != name else inner
                    yield from (f"{plain}.{deeper}" for deeper in content.names())


@dataclass(frozen=True)
class Variable:
    """An environment variable of a container: its plain text, or the version of the secret that it comes from."""

    name: str
    text: str | None
    version: str | None


@dataclass(frozen=True)
class Container:
    process: str  # web, reconciler, migrate, command or a queue
    account: str
    block: Block

    @property
    def name(self) -> str:
        return str(self.block.value("name"))

    @property
    def args(self) -> list[str]:
        return list(self.block.value("args"))

    @property
    def cpu(self) -> str:
        return str(self.block.block("resources").value("limits")["cpu"])

    @property
    def memory_mib(self) -> int:
        number, unit = re.fullmatch(
            r"(\d+)(Mi|Gi)", self.block.block("resources").value("limits")["memory"]
        ).groups()  # type: ignore[union-attr]
        return int(number) * (1024 if unit == "Gi" else 1)

    @property
    def variables(self) -> list[Variable]:
        written = [Variable(env.value("name"), env.value("value"), None) for env in self.block.blocks("env")]
        return [*written, *(one for env in self.block.blocks("dynamic_env") for one in _expanded(env))]


def _expanded(env: Block) -> Iterator[Variable]:
    is_secret = bool(env.block("content").blocks("value_source"))
    for name, value in env.value("for_each").items():
        yield Variable(name, None if is_secret else value, value if is_secret else None)


@dataclass(frozen=True)
class Module:
    folder: Path
    blocks: Mapping[str, Sequence[Block]]

    def resources(self, kind: str) -> list[Block]:
        return list(self.blocks.get(kind, []))

    def resource(self, kind: str, name: str) -> Block:
        (found,) = (one for one in self.resources(kind) if one.address == name)
        return found

    def kinds(self) -> list[str]:
        return [kind for kind in self.blocks if kind.startswith("google_") and kind != "google_project"]

    def local(self, name: str) -> Any:
        (found,) = (block.value(name) for block in self.blocks["locals"] if name in block.attributes)
        return found

    @cached_property
    def text(self) -> str:
        """All its files, without comments."""
        files = "\n".join(path.read_text(encoding="utf-8") for path in sorted(self.folder.glob("*.tf")))
        return re.sub(r"(?m)(^|\s)#.*$", "", files)

    @cached_property
    def containers(self) -> list[Container]:
        return [
            one
            for kind in KINDS_OF_CONTAINERS
            for block in self.resources(kind)
            for one in _containers(block)
        ]

    @property
    def processes(self) -> list[Container]:
        """Without what stands beside them."""
        return [container for container in self.containers if container.name == "moment"]


def _containers(resource: Block) -> Iterator[Container]:
    template = resource.block("template")
    if template.blocks("template"):  # a job's
        template = template.block("template")
    account = str(template.value("service_account")["__attribute__"])
    process = resource.key or resource.address
    beside = [
        each.block("content") for each in template.blocks("dynamic_containers") if each.value("for_each")
    ]
    for block in [*template.blocks("containers"), *beside]:
        yield Container(process, account.partition("[")[2].partition("]")[0], block)


def read(folder: Path, into: Path, values: str = "") -> Module:
    """The module in `folder`, with the example's variables and then these. `into` is a folder for a copy."""
    copy = into / "module"
    shutil.copytree(folder, copy)
    for path in copy.glob("*.tf"):
        text = path.read_text(encoding="utf-8")
        for pattern, answer in (*ANSWERS, NESTED):
            text = re.sub(pattern, answer, text, flags=re.DOTALL)
        path.write_text(text, encoding="utf-8")
    (copy / "more.tfvars").write_text(values, encoding="utf-8")
    parsed = tfparse.load_from_path(str(copy), stop_on_hcl_error=True, vars_paths=[VALUES, "more.tfvars"])
    return Module(folder, {kind: [Block(one) for one in found] for kind, found in parsed.items()})
