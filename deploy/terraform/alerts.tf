# What pages. Each has its section in docs/runbook.md, by its name here.
locals {
  alerts = {
    text-late = {
      title    = "One coaching text in ten takes longer than five minutes"
      query    = "histogram_quantile(0.9, sum by (le) (rate(moment_coaching_seconds_bucket{part=\"text\"}[6h]))) > 300"
      duration = "600s"
      severity = "ERROR"
    }
    owed-rows-old = {
      title    = "Work has been due for ten minutes"
      query    = "max by (kind) (moment_owed_age_seconds) > 600"
      duration = "120s"
      severity = "CRITICAL"
    }
    web-errors = {
      title    = "One request in a hundred ends in an error of ours"
      query    = "sum(rate(run_googleapis_com:request_count{monitored_resource=\"cloud_run_revision\",service_name=\"moment-web\",response_code_class=\"5xx\"}[10m])) / sum(rate(run_googleapis_com:request_count{monitored_resource=\"cloud_run_revision\",service_name=\"moment-web\"}[10m])) > 0.01"
      duration = "300s"
      severity = "CRITICAL"
    }
    push-quota = {
      title    = "Four fifths of LINE's pushes of the month are used"
      query    = "max by (channel) (moment_line_pushes_used) / max by (channel) (moment_line_pushes_most) > 0.8"
      duration = "600s"
      severity = "WARNING"
    }
    invariant-violated = {
      title    = "Something does not hold that must"
      query    = "max by (name) (moment_invariant_violations) > 0"
      duration = "180s"
      severity = "ERROR"
    }
    rows-parked = {
      title    = "Work was given up"
      query    = "max by (kind) (moment_parked_rows) > 0"
      duration = "60s"
      severity = "ERROR"
    }
    service-down = {
      title    = "A service of others is down"
      query    = "max by (service) (moment_service_down) > 0"
      duration = "300s"
      severity = "WARNING"
    }
    reconciler-silent = {
      title    = "No reconciler tells of itself"
      query    = "absent(moment_rows_readable)"
      duration = "300s"
      severity = "CRITICAL"
    }
    database-away = {
      title    = "The reconciler can't read the rows"
      query    = "max(moment_rows_readable) < 1"
      duration = "60s"
      severity = "CRITICAL"
    }
    payment-incident = {
      title    = "Something at Stripe needs a person"
      query    = "sum by (kind) (increase(moment_payment_incidents_total[1h])) > 0"
      duration = "0s"
      severity = "WARNING"
    }
    flags-unread = {
      title    = "A learner wrote what a person should see"
      query    = "max by (kind) (moment_recent_flags) > 0"
      duration = "0s"
      severity = "WARNING"
    }
  }

  runbook = "${var.runbook_url}#"
}

resource "google_monitoring_notification_channel" "mail" {
  display_name = "Moment's operators"
  type         = "email"

  labels = {
    email_address = var.operator_email
  }

  depends_on = [google_project_service.api]
}

resource "google_monitoring_alert_policy" "promise" {
  for_each              = local.alerts
  display_name          = "Moment: ${each.key}"
  combiner              = "OR"
  severity              = each.value.severity
  notification_channels = [google_monitoring_notification_channel.mail.id]

  conditions {
    display_name = each.value.title

    condition_prometheus_query_language {
      query               = each.value.query
      duration            = each.value.duration
      evaluation_interval = "60s"

      # A metric is known only when a process has told it once.
      disable_metric_validation = true
    }
  }

  documentation {
    subject   = each.value.title
    content   = "${each.value.title}. What to do: ${local.runbook}${each.key}"
    mime_type = "text/markdown"
  }

  alert_strategy {
    auto_close = "86400s"
  }
}

# From outside: whether web answers, has its database, and its broker. Without the broker /ready is still 200, for events
# are taken; its answer says so.
resource "google_monitoring_uptime_check_config" "broker" {
  display_name = "Moment: the broker, as web sees it"
  timeout      = "10s"
  period       = "60s"

  http_check {
    path         = "/ready"
    port         = 443
    use_ssl      = true
    validate_ssl = true
  }

  content_matchers {
    content = "\"ok\""
    matcher = "MATCHES_JSON_PATH"

    json_path_matcher {
      json_path    = "$.parts.broker"
      json_matcher = "EXACT_MATCH"
    }
  }

  monitored_resource {
    type = "uptime_url"

    labels = {
      project_id = var.project
      host       = trimprefix(local.public_url, "https://")
    }
  }

  depends_on = [google_project_service.api]
}

resource "google_monitoring_alert_policy" "broker" {
  display_name          = "Moment: broker-away"
  combiner              = "OR"
  severity              = "ERROR"
  notification_channels = [google_monitoring_notification_channel.mail.id]

  conditions {
    display_name = "From two places of the world, web does not say that its broker is there"

    condition_threshold {
      filter          = "metric.type=\"monitoring.googleapis.com/uptime_check/check_passed\" AND resource.type=\"uptime_url\" AND metric.labels.check_id=\"${google_monitoring_uptime_check_config.broker.uptime_check_id}\""
      comparison      = "COMPARISON_GT"
      threshold_value = 1
      duration        = "120s"

      aggregations {
        alignment_period     = "120s"
        per_series_aligner   = "ALIGN_NEXT_OLDER"
        cross_series_reducer = "REDUCE_COUNT_FALSE"
        group_by_fields      = ["resource.label.host"]
      }
    }
  }

  documentation {
    subject   = "Web does not reach its broker, or nobody reaches web"
    content   = "Web does not reach its broker, or nobody reaches web. What to do: ${local.runbook}broker-away"
    mime_type = "text/markdown"
  }

  alert_strategy {
    auto_close = "86400s"
  }
}
