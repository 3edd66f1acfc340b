# An account for each kind of process, with what it needs and no more. The database is reached by its password, so none
# has a role there.
locals {
  accounts = {
    web        = "Webhooks, pages, the console and calls"
    worker     = "The queues' workers"
    reconciler = "Wakes what is owed, keeps to retention, tells what rows tell"
    migrate    = "The schema and the knowledge base before a release"
    command    = "An operator's commands, moment doctor among them"
  }

  project_roles = {
    web        = ["roles/aiplatform.user"]                                                         # calls
    worker     = ["roles/aiplatform.user", "roles/monitoring.metricWriter", "roles/speech.client"] # the stages
    reconciler = ["roles/monitoring.metricWriter"]
    migrate    = ["roles/aiplatform.user"] # embeddings
    command    = ["roles/aiplatform.user", "roles/speech.client"]
    # To scan what it pushes, to follow what it starts and to see errors of a canary, and Cloud Build's own lines. What it
    # may change is named one by one below.
    deployer = ["roles/logging.logWriter", "roles/logging.viewer", "roles/ondemandscanning.admin", "roles/run.viewer"]
  }

  project_grants = merge([
    for account, roles in local.project_roles : {
      for role in roles : "${account}/${role}" => { account = account, role = role }
    }
  ]...)

  members = merge(
    { for name, account in google_service_account.process : name => account.member },
    { deployer = google_service_account.deployer.member },
  )

  # The migrate job touches no object.
  bucket_users = toset(["web", "worker", "reconciler", "command"])
}

resource "google_service_account" "process" {
  for_each     = local.accounts
  account_id   = "moment-${each.key}"
  display_name = each.value
  depends_on   = [google_project_service.api]
}

resource "google_service_account" "deployer" {
  account_id   = "moment-deployer"
  display_name = "Builds, scans and releases"
  depends_on   = [google_project_service.api]
}

resource "google_project_iam_member" "role" {
  for_each = local.project_grants
  project  = var.project
  role     = each.value.role
  member   = local.members[each.value.account]
}

resource "google_storage_bucket_iam_member" "media" {
  for_each = local.bucket_users
  bucket   = google_storage_bucket.media.name
  role     = "roles/storage.objectUser"
  member   = google_service_account.process[each.key].member
}

# Links to the bucket are signed in the account's own name, without a key file: by web, and by doctor, which follows one.
resource "google_service_account_iam_member" "signs_links" {
  for_each           = toset(["web", "command"])
  service_account_id = google_service_account.process[each.key].name
  role               = "roles/iam.serviceAccountTokenCreator"
  member             = google_service_account.process[each.key].member
}

# The deployer pushes images, changes what runs them, and may start processes as their accounts.
resource "google_artifact_registry_repository_iam_member" "deployer" {
  repository = google_artifact_registry_repository.images.name
  location   = var.region
  role       = "roles/artifactregistry.writer"
  member     = google_service_account.deployer.member
}

resource "google_service_account_iam_member" "deployer" {
  for_each           = google_service_account.process
  service_account_id = each.value.name
  role               = "roles/iam.serviceAccountUser"
  member             = google_service_account.deployer.member
}

resource "google_cloud_run_v2_service_iam_member" "deployer" {
  name     = google_cloud_run_v2_service.web.name
  location = var.region
  role     = "roles/run.developer"
  member   = google_service_account.deployer.member
}

resource "google_cloud_run_v2_worker_pool_iam_member" "deployer" {
  for_each = toset(concat(keys(var.worker_pools), ["reconciler"]))
  name     = "moment-${each.key}"
  location = var.region
  role     = "roles/run.developer"
  member   = google_service_account.deployer.member

  depends_on = [
    google_cloud_run_v2_worker_pool.queue,
    google_cloud_run_v2_worker_pool.reconciler,
  ]
}

resource "google_cloud_run_v2_job_iam_member" "deployer" {
  for_each = {
    migrate = google_cloud_run_v2_job.migrate.name
    command = google_cloud_run_v2_job.command.name
  }
  name     = each.value
  location = var.region
  role     = "roles/run.developer"
  member   = google_service_account.deployer.member
}
