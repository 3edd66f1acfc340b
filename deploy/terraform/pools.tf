# What waits in a queue is worked on by as many instances as are set here: each takes work when it has a free thread.
resource "google_cloud_run_v2_worker_pool" "queue" {
  for_each            = var.worker_pools
  name                = "moment-${each.key}"
  location            = var.region
  deletion_protection = true

  scaling {
    scaling_mode          = "MANUAL"
    manual_instance_count = each.value.instances
  }

  template {
    service_account = google_service_account.process["worker"].email

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
      args  = ["worker", "--queue", each.key]

      # The temporary folder is memory here: a clip that is worked on counts.
      resources {
        limits = {
          cpu    = each.value.cpu
          memory = each.value.memory
        }
      }

      startup_probe {
        period_seconds    = 5
        timeout_seconds   = 3
        failure_threshold = 12

        http_get {
          path = "/livez"
          port = local.watch_ports[each.key]
        }
      }

      liveness_probe {
        period_seconds    = 15
        timeout_seconds   = 5
        failure_threshold = 3

        http_get {
          path = "/livez"
          port = local.watch_ports[each.key]
        }
      }

      dynamic "env" {
        for_each = local.pool_settings

        content {
          name  = env.key
          value = env.value
        }
      }

      dynamic "env" {
        for_each = local.secrets_of["worker"]

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

    dynamic "containers" {
      for_each = each.value.metrics ? [local.watch_ports[each.key]] : []

      content {
        name  = "collector"
        image = local.collector.image
        args  = local.collector.args

        resources {
          limits = local.collector.limits
        }

        env {
          name  = "COLLECTOR_CONFIG"
          value = templatefile("${path.module}/collector.yaml", { job = each.key, port = containers.value, region = var.region })
        }
      }
    }
  }

  # A release (deploy/release.sh) changes the image; all else is changed here.
  lifecycle {
    ignore_changes = [
      client,
      client_version,
      template[0].containers[0].image,
      template[0].revision,
    ]
  }

  depends_on = [
    google_secret_manager_secret_iam_member.reader,
    google_sql_database.moment,
  ]
}

# Two do no harm; one is enough.
resource "google_cloud_run_v2_worker_pool" "reconciler" {
  name                = "moment-reconciler"
  location            = var.region
  deletion_protection = true

  scaling {
    scaling_mode          = "MANUAL"
    manual_instance_count = 1
  }

  template {
    service_account = google_service_account.process["reconciler"].email

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
      args  = ["reconcile"]

      resources {
        limits = {
          cpu    = "1"
          memory = "512Mi"
        }
      }

      startup_probe {
        period_seconds    = 5
        timeout_seconds   = 3
        failure_threshold = 12

        http_get {
          path = "/livez"
          port = local.watch_ports["reconciler"]
        }
      }

      liveness_probe {
        period_seconds    = 15
        timeout_seconds   = 5
        failure_threshold = 3

        http_get {
          path = "/livez"
          port = local.watch_ports["reconciler"]
        }
      }

      dynamic "env" {
        for_each = local.pool_settings

        content {
          name  = env.key
          value = env.value
        }
      }

      dynamic "env" {
        for_each = local.secrets_of["reconciler"]

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

    containers {
      name  = "collector"
      image = local.collector.image
      args  = local.collector.args

      resources {
        limits = local.collector.limits
      }

      env {
        name  = "COLLECTOR_CONFIG"
        value = templatefile("${path.module}/collector.yaml", { job = "reconciler", port = local.watch_ports["reconciler"], region = var.region })
      }
    }
  }

  # A release (deploy/release.sh) changes the image; all else is changed here.
  lifecycle {
    ignore_changes = [
      client,
      client_version,
      template[0].containers[0].image,
      template[0].revision,
    ]
  }

  depends_on = [
    google_secret_manager_secret_iam_member.reader,
    google_sql_database.moment,
  ]
}

locals {
  # Probes come from outside the container. A pool has no address that others could ask.
  pool_settings = merge(local.settings, { MOMENT_WATCH_HOST = "0.0.0.0" })

  # Google's own build of the OpenTelemetry collector, beside the process: it reads /metrics and sends what it finds to the
  # Managed Service for Prometheus.
  collector = {
    image = "us-docker.pkg.dev/cloud-ops-agents-artifacts/google-cloud-opentelemetry-collector/otelcol-google:0.156.1"
    args  = ["--config=env:COLLECTOR_CONFIG"]

    # A worker pool's containers take whole CPUs.
    limits = {
      cpu    = "1"
      memory = "512Mi"
    }
  }
}
