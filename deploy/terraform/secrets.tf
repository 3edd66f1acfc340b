locals {
  # Which process needs which. The settings refuse a key of Stripe's without its webhook's secret, wherever they are read.
  secret_readers = {
    DATABASE_URL                  = ["web", "worker", "reconciler", "migrate", "command"]
    MOMENT_LINK_SECRETS           = ["web", "worker", "reconciler", "migrate", "command"]
    MOMENT_LINE_CHANNELS          = ["web", "worker", "reconciler", "migrate", "command"]
    MOMENT_LINE_LOGIN_SECRET      = ["web", "command"]
    MOMENT_GEMINI_API_KEY         = ["web", "worker", "migrate", "command"]
    MOMENT_STRIPE_KEY             = ["web", "worker", "reconciler", "command"]
    MOMENT_STRIPE_WEBHOOK_SECRETS = ["web", "worker", "reconciler", "command"]
  }

  # By number, so that a revision that is rolled back to has the secrets that it ran with.
  secret_versions = merge(
    { for name, version in var.secret_versions : name => tostring(version) },
    { DATABASE_URL = google_secret_manager_secret_version.database_url.version },
  )

  # For each account, what its containers get: the variable and the version of its secret.
  secrets_of = {
    for account in keys(local.accounts) : account => {
      for name, version in local.secret_versions : name => version if contains(local.secret_readers[name], account)
    }
  }

  secret_grants = merge([
    for name, readers in local.secret_readers : {
      for reader in readers : "${name}/${reader}" => { secret = name, account = reader }
    }
  ]...)
}

# All of them, whether used or not: their values are put in by hand, before the processes that read them exist.
resource "google_secret_manager_secret" "setting" {
  for_each            = local.secret_readers
  secret_id           = replace(lower(each.key), "_", "-")
  deletion_protection = true

  replication {
    user_managed {
      replicas {
        location = var.region
      }
    }
  }

  depends_on = [google_project_service.api]
}

resource "google_secret_manager_secret_iam_member" "reader" {
  for_each  = local.secret_grants
  secret_id = google_secret_manager_secret.setting[each.value.secret].id
  role      = "roles/secretmanager.secretAccessor"
  member    = google_service_account.process[each.value.account].member
}
