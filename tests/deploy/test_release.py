"""A release, step by step, and what is left of one that fails."""

from pathlib import Path

import pytest

from jobs.queue import Queue
from tests.deploy.cloud import Cloud
from tests.moment.children import ROOT

RELEASE, IMAGE_SCRIPT = ROOT / "deploy" / "release.sh", ROOT / "deploy" / "image.sh"
IMAGE = "here-docker.pkg.dev/project/moment/moment:new"
FORMER_IMAGE = "here-docker.pkg.dev/project/moment/moment:old"
POOLS = [*Queue, "reconciler"]


@pytest.fixture
def cloud(tmp_path: Path) -> Cloud:
    targets = r"100,,moment-web-1,https://web.example\n,canary,moment-web-2,https://canary.example"
    return Cloud(
        tmp_path,
        {
            "services describe": targets,
            "revisions describe moment-web-1": FORMER_IMAGE,
            "curl .*/ready": '{"parts":{"database":"ok","broker":"ok"}}',
            "logging read": "",
        },
    )


def test_a_release_goes_from_the_schema_to_the_canary_to_all_and_to_the_workers(cloud: Cloud) -> None:
    done = cloud.run(RELEASE, IMAGE)
    assert done.code == 0, done.errors
    steps = [
        done.place("jobs update moment-migrate", f"--image={IMAGE}"),
        done.place("jobs execute moment-migrate", "--wait"),
        done.place("services update moment-web", f"--image={IMAGE}", "--no-traffic", "--tag=canary"),
        done.place("curl", "https://canary.example/ready"),
        done.place("update-traffic moment-web", "--to-tags=canary=10"),
        done.place("logging read", "moment-web-2"),
        done.place("update-traffic moment-web", "--to-latest"),
        done.place("worker-pools update"),
        done.place("update-traffic moment-web", "--remove-tags=canary"),
        done.place("jobs execute moment-command", "richmenu,sync"),
    ]
    assert steps == sorted(steps)
    for pool in POOLS:
        done.place(f"worker-pools update moment-{pool} ", "--container=moment", f"--image={IMAGE}")
    assert all("--region=here" in call for call in done.calls if call.startswith("gcloud run"))


def test_a_schema_that_does_not_follow_stops_before_anything_else(cloud: Cloud) -> None:
    done = cloud.run(RELEASE, IMAGE, failing=["jobs execute moment-migrate"])
    assert done.code != 0
    assert not done.has("services update")
    assert not done.has("update-traffic")
    assert not done.has("worker-pools")


def test_a_canary_that_does_not_answer_gets_no_traffic(cloud: Cloud) -> None:
    done = cloud.run(RELEASE, IMAGE, failing=["curl .*/ready"])
    assert done.code != 0
    assert not done.has("--to-tags")
    back = done.place("update-traffic moment-web", "--to-revisions=moment-web-1=100")
    assert back < done.place("--to-latest")
    assert not done.has("worker-pools")


def test_a_canary_without_its_broker_gets_no_traffic(cloud: Cloud) -> None:
    cloud.answers["curl .*/ready"] = '{"parts":{"database":"ok","broker":"ConnectionError"}}'
    done = cloud.run(RELEASE, IMAGE)
    assert done.code != 0
    assert not done.has("--to-tags")
    assert not done.has("worker-pools")


def test_a_canary_that_errs_loses_its_tenth(cloud: Cloud) -> None:
    cloud.answers["logging read"] = r"a\nb\nc"
    done = cloud.run(RELEASE, IMAGE)
    assert done.code != 0
    back = done.place("--to-revisions=moment-web-1=100")
    assert done.place("--to-tags=canary=10") < back < done.place("--to-latest")
    assert not done.has("worker-pools")


def test_a_worker_that_does_not_start_takes_web_and_the_others_back(cloud: Cloud) -> None:
    done = cloud.run(RELEASE, IMAGE, failing=[f"worker-pools update moment-media .*{IMAGE}"])
    assert done.code != 0
    back = done.place("update-traffic moment-web", "--to-revisions=moment-web-1=100")
    assert done.place("worker-pools update moment-media") < back
    for pool in ("conversation", "answers", "media"):
        assert back < done.place(f"worker-pools update moment-{pool} ", f"--image={FORMER_IMAGE}")
    assert not done.has("worker-pools update moment-preparation")
    assert not done.has("moment-command")


def test_all_is_put_back_that_can_be(cloud: Cloud) -> None:
    failing = [f"worker-pools update moment-media .*{IMAGE}", "--to-revisions"]
    done = cloud.run(RELEASE, IMAGE, failing=failing)
    assert done.code != 0
    assert done.has("worker-pools update moment-conversation", f"--image={FORMER_IMAGE}")


def test_menus_that_line_refuses_take_nothing_back(cloud: Cloud) -> None:
    done = cloud.run(RELEASE, IMAGE, failing=["execute moment-command"])
    assert done.code != 0
    assert not done.has("--to-revisions")


@pytest.mark.parametrize("is_mended", [True, False])
def test_an_image_with_a_hole_that_can_be_mended_is_not_released(cloud: Cloud, is_mended: bool) -> None:
    cloud.answers = {
        "images scan": "projects/p/scans/1",
        "list-vulnerabilities projects/p/scans/1": rf"LOW\tTrue\tone\nCRITICAL\t{is_mended}\tCVE-2026-1",
    }
    done = cloud.run(IMAGE_SCRIPT, IMAGE, failing=["images describe"])
    assert (
        done.place("docker build", IMAGE)
        < done.place("docker push", IMAGE)
        < done.place("images scan", "--remote")
    )
    assert (done.code, "CVE-2026-1" in done.errors) == ((1, True) if is_mended else (0, False))


def test_a_release_that_failed_can_be_run_again(cloud: Cloud) -> None:
    """Tags are immutable (images.tf), and no two builds are alike: what is there already is not pushed again."""
    cloud.answers = {
        "images describe": "sha256:1",
        "images scan": "projects/p/scans/1",
        "list-vulnerabilities": "",
    }
    done = cloud.run(IMAGE_SCRIPT, IMAGE)
    assert done.code == 0
    assert not done.has("docker push")
    assert done.has("images scan")


def test_what_terraform_changes_after_a_rollback_runs_the_image_before(cloud: Cloud) -> None:
    """Terraform leaves web's image as it is in the template: that of the release that failed, if nobody puts it back."""
    done = cloud.run(RELEASE, IMAGE, failing=["worker-pools update moment-conversation .*new"])
    assert done.code != 0
    assert done.has("services update moment-web", f"--image={FORMER_IMAGE}")
