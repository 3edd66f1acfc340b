# Films, memos, speech and coaching videos. Learners reach them by signed links alone.
resource "google_storage_bucket" "media" {
  name                        = "${var.project}-moment-media"
  location                    = var.region
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"
  force_destroy               = false

  # The upload page sends straight to the bucket (page_rule in storage/cloud.py).
  cors {
    origin          = [local.public_url]
    method          = ["GET", "HEAD", "PUT", "DELETE"]
    response_header = ["Content-Type", "Content-Range", "Range"]
    max_age_seconds = 3600
  }

  # The reconciler deletes speech and what else has its time; this is for what it should miss.
  lifecycle_rule {
    action {
      type = "Delete"
    }

    condition {
      age            = 31
      matches_prefix = ["speech/"]
    }
  }

  lifecycle_rule {
    action {
      type = "AbortIncompleteMultipartUpload"
    }

    condition {
      age = 7
    }
  }

  # What is deleted by a mistake of ours can be had back for a week; after that it is gone, as learners are told.
  soft_delete_policy {
    retention_duration_seconds = 604800
  }

  lifecycle {
    prevent_destroy = true
  }

  depends_on = [google_project_service.api]
}
