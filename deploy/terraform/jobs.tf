# Before each release, while the old one still runs: the schema, then dishes and principles.
resource "google_cloud_run_v2_job" "migrate" {
  name                = "moment-migrate"
  location            = var.region
  deletion_protection = true

  template {
    template {
      service_account = google_service_account.process["migrate"].email
      timeout         = "1800s"
      max_retries     = 0

      vpc_access {
        egress = "PRIVATE_RANGES_ONLY"

        network_interfaces {
          network    = google_compute_network.moment.id
          subnetwork = google_compute_subnetwork.run.id
        }
      }

      containers {
        name    = "moment"
        image   = var.image
        command = ["sh", "-c"]
        args    = ["moment migrate && exec moment ingest"]

        resources {
          limits = {
            cpu    = "1"
            memory = "1Gi"
          }
        }

        dynamic "env" {
          for_each = local.settings

          content {
            name  = env.key
            value = env.value
          }
        }

        dynamic "env" {
          for_each = local.secrets_of["migrate"]

          content {
            name = env.key

            value_source {
              secret_key_ref {
                secret  = google_secret_manager_secret.setting[env.key].secret_id
                version = env.value
              }
            }
          }
        }
      }
    }
  }

  # A release (deploy/release.sh) changes the image; all else is changed here.
  lifecycle {
    ignore_changes = [
      client,
      client_version,
      template[0].template[0].containers[0].image,
    ]
  }

  depends_on = [
    google_secret_manager_secret_iam_member.reader,
    google_sql_database.moment,
  ]
}

# An operator's command, for the database is reached from within the network alone:
# gcloud run jobs execute moment-command --wait --args=coach,invite,NAME
resource "google_cloud_run_v2_job" "command" {
  name                = "moment-command"
  location            = var.region
  deletion_protection = true

  template {
    template {
      service_account = google_service_account.process["command"].email
      timeout         = "3600s"
      max_retries     = 0

      vpc_access {
        egress = "PRIVATE_RANGES_ONLY"

        network_interfaces {
          network    = google_compute_network.moment.id
          subnetwork = google_compute_subnetwork.run.id
        }
      }

      containers {
        name  = "moment"
        image = var.image
        args  = ["doctor"]

        resources {
          limits = {
            cpu    = "1"
            memory = "1Gi"
          }
        }

        dynamic "env" {
          for_each = local.settings

          content {
            name  = env.key
            value = env.value
          }
        }

        dynamic "env" {
          for_each = local.secrets_of["command"]

          content {
            name = env.key

            value_source {
              secret_key_ref {
                secret  = google_secret_manager_secret.setting[env.key].secret_id
                version = env.value
              }
            }
          }
        }
      }
    }
  }

  # A release (deploy/release.sh) changes the image; all else is changed here.
  lifecycle {
    ignore_changes = [
      client,
      client_version,
      template[0].template[0].containers[0].image,
    ]
  }

  depends_on = [
    google_secret_manager_secret_iam_member.reader,
    google_sql_database.moment,
  ]
}
