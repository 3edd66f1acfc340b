locals {
  # Cloud Run's own address of the service, which is known before the service is there.
  public_url = coalesce(var.public_url, "https://moment-web-${data.google_project.this.number}.${var.region}.run.app")

  # What every process reads; the secrets come beside it (secrets.tf).
  settings = merge(var.settings, {
    MOMENT_ENV            = "production"
    MOMENT_BROKER_URL     = local.broker_url
    MOMENT_DATABASE_POOL  = tostring(var.database_pool)
    MOMENT_PUBLIC_URL     = local.public_url
    MOMENT_PROVIDERS      = "google"
    MOMENT_GOOGLE_PROJECT = var.project
    MOMENT_GCS_BUCKET     = google_storage_bucket.media.name
    MOMENT_WATCH_PORT     = "9400"
  })

  # Where each process tells its metrics and whether it lives: its place in the row that begins at 9400
  # (moment/watch/ports.py).
  watch_ports = {
    web          = 9400
    reconciler   = 9401
    conversation = 9402
    answers      = 9403
    media        = 9404
    preparation  = 9405
    models       = 9406
    video        = 9407
  }
}
