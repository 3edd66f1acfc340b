resource "google_artifact_registry_repository" "images" {
  repository_id          = "moment"
  location               = var.region
  format                 = "DOCKER"
  description            = "The one image that every process runs"
  cleanup_policy_dry_run = false

  docker_config {
    immutable_tags = true
  }

  # An image is some 600 MB. The newest twenty can be rolled back to.
  cleanup_policies {
    id     = "keep-newest"
    action = "KEEP"

    most_recent_versions {
      keep_count = 20
    }
  }

  cleanup_policies {
    id     = "delete-old"
    action = "DELETE"

    condition {
      tag_state  = "ANY"
      older_than = "30d"
    }
  }

  depends_on = [google_project_service.api]
}
