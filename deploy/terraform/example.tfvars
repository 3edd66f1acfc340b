# terraform apply -var-file=production.tfvars: a copy of this, with your own. No secret belongs here.
project           = "moment-production"
billing_account   = "0A1B2C-3D4E5F-6A7B8C"
budget            = 250000 # yen, where the billing account counts in yen; docs/costs.md says what to expect
operator_email    = "operators@example.jp"
runbook_url       = "https://github.com/example/moment/blob/main/docs/runbook.md"
github_repository = "example/moment"
image             = "asia-northeast1-docker.pkg.dev/moment-production/moment/moment:0123456789ab"
public_url        = "https://moment.example.jp"

# A number goes up when a new value has been put in.
secret_versions = {
  MOMENT_LINK_SECRETS           = 1
  MOMENT_LINE_CHANNELS          = 1
  MOMENT_LINE_LOGIN_SECRET      = 1
  MOMENT_STRIPE_KEY             = 1
  MOMENT_STRIPE_WEBHOOK_SECRETS = 1
}

settings = {
  MOMENT_LIFF_ID           = "2000000000-AbCdEfGh"
  MOMENT_LIFF_UPLOAD_ID    = "2000000000-BcDeFgHi"
  MOMENT_LIFF_COMPANION_ID = "2000000000-CdEfGhIj"
  MOMENT_STRIPE_PRICE      = "price_…"
  MOMENT_STRIPE_PORTAL     = "bpc_…"
  MOMENT_SELLER            = "{\"name\": \"…\", \"representative\": \"…\", \"address\": \"…\", \"phone\": \"…\", \"email\": \"…\"}"
}
