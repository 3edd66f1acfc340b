output "public_url" {
  description = "MOMENT_PUBLIC_URL: for LINE's webhook, the LIFF apps' endpoints and Stripe."
  value       = local.public_url
}

output "service_url" {
  description = "Cloud Run's own address of web."
  value       = google_cloud_run_v2_service.web.uri
}

output "image_repository" {
  description = "Where images are pushed to: IMAGE_REPOSITORY of a release."
  value       = "${google_artifact_registry_repository.images.location}-docker.pkg.dev/${var.project}/${google_artifact_registry_repository.images.repository_id}/moment"
}

output "workload_identity_provider" {
  description = "WORKLOAD_IDENTITY_PROVIDER of the workflow."
  value       = google_iam_workload_identity_pool_provider.github.name
}

output "deployer" {
  description = "DEPLOYER of the workflow: the account that releases."
  value       = google_service_account.deployer.email
}

output "media_bucket" {
  description = "MOMENT_GCS_BUCKET."
  value       = google_storage_bucket.media.name
}

output "connections" {
  description = "How many database connections the processes may open during a release, of how many that are allowed."
  value       = "${local.connections} of ${var.database_connections}"
}
