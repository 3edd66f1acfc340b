locals {
  # Web at its most, a worker for each instance of a pool, the reconciler. The console's live pages listen on one
  # connection more of each web process. While a release replaces processes, the old and the new are there.
  web_processes     = var.web_instances_most
  other_processes   = sum([for pool in var.worker_pools : pool.instances]) + 1
  connections       = 2 * ((local.web_processes + local.other_processes) * var.database_pool + local.web_processes)
  spare_connections = 15 # the migrate job, an operator, Google's own
}

resource "google_sql_database_instance" "moment" {
  name                = var.database_instance
  region              = var.region
  database_version    = var.database_version
  deletion_protection = true

  settings {
    tier                        = var.database_tier
    edition                     = "ENTERPRISE"
    availability_type           = var.database_availability
    disk_type                   = "PD_SSD"
    disk_autoresize             = true
    deletion_protection_enabled = true
    retain_backups_on_delete    = true

    ip_configuration {
      ipv4_enabled    = false
      private_network = google_compute_network.moment.id
      ssl_mode        = "ENCRYPTED_ONLY"
    }

    backup_configuration {
      enabled                        = true
      start_time                     = "18:00" # three in the morning in Japan
      point_in_time_recovery_enabled = true
      transaction_log_retention_days = 7

      backup_retention_settings {
        retained_backups = 14
        retention_unit   = "COUNT"
      }
    }

    maintenance_window {
      day          = 1 # Monday, 19:00 UTC: Tuesday at four in Japan
      hour         = 19
      update_track = "stable"
    }

    # What takes long, by statement without its values.
    insights_config {
      query_insights_enabled = true
    }

    database_flags {
      name  = "max_connections"
      value = var.database_connections
    }

    # Without the details of an error, which quote a row's values: no line of any log tells of a learner.
    database_flags {
      name  = "log_error_verbosity"
      value = "terse"
    }
  }

  lifecycle {
    precondition {
      condition     = local.connections + local.spare_connections <= var.database_connections
      error_message = "The processes may open ${local.connections} connections during a release, and ${local.spare_connections} are kept for others: raise database_connections (and database_tier), or lower database_pool, web_instances_most or the pools' instances."
    }
  }

  depends_on = [google_service_networking_connection.sql]
}

resource "google_sql_database" "moment" {
  name            = "moment"
  instance        = google_sql_database_instance.moment.name
  deletion_policy = "ABANDON"
}

# Made anew at every run and kept nowhere; user and secret take it when database_password_version changes.
ephemeral "random_password" "database" {
  length  = 40
  special = false
}

resource "google_sql_user" "moment" {
  name                = "moment"
  instance            = google_sql_database_instance.moment.name
  password_wo         = ephemeral.random_password.database.result
  password_wo_version = var.database_password_version
  deletion_policy     = "ABANDON"
}

resource "google_secret_manager_secret_version" "database_url" {
  secret                 = google_secret_manager_secret.setting["DATABASE_URL"].id
  secret_data_wo         = "postgresql://${google_sql_user.moment.name}:${ephemeral.random_password.database.result}@${google_sql_database_instance.moment.private_ip_address}/${google_sql_database.moment.name}?sslmode=require"
  secret_data_wo_version = var.database_password_version
  # Nothing that reads it starts again: the password in it has ended with the new one.
  deletion_policy = "DISABLE"

  lifecycle {
    create_before_destroy = true
  }
}
