# Messages here are nudges that hold ids alone, and the reconciler brings back what is lost: so neither replica nor
# persistence nor encryption on the way, and no password. Who may reach it is a matter of the network.
resource "google_memorystore_instance" "broker" {
  instance_id                 = "moment"
  location                    = var.region
  node_type                   = var.broker_node_type
  shard_count                 = 1
  replica_count               = 0
  mode                        = "CLUSTER_DISABLED" # the queue's scripts need all keys in one place
  engine_version              = "VALKEY_8_0"
  authorization_mode          = "AUTH_DISABLED"
  transit_encryption_mode     = "TRANSIT_ENCRYPTION_DISABLED"
  deletion_protection_enabled = true

  engine_configs = {
    maxmemory-policy = "noeviction" # a queue is no cache
  }

  desired_auto_created_endpoints {
    network    = google_compute_network.moment.id
    project_id = var.project
  }

  zone_distribution_config {
    mode = "SINGLE_ZONE"
    zone = var.broker_zone
  }

  maintenance_policy {
    weekly_maintenance_window {
      day = "MONDAY"

      start_time {
        hours   = 19
        minutes = 0
        seconds = 0
        nanos   = 0
      }
    }
  }

  depends_on = [google_network_connectivity_service_connection_policy.broker]
}

locals {
  broker_endpoint = one([
    for connection in google_memorystore_instance.broker.endpoints[0].connections : connection.psc_auto_connection[0]
    if connection.psc_auto_connection[0].connection_type == "CONNECTION_TYPE_PRIMARY"
  ])
  broker_url = "redis://${local.broker_endpoint.ip_address}:${local.broker_endpoint.port}/0"
}
