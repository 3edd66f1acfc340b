# The database and the broker have no address outside this network.
resource "google_compute_network" "moment" {
  name                    = "moment"
  auto_create_subnetworks = false
  depends_on              = [google_project_service.api]
}

# Every instance of Cloud Run takes an address of its own here, twice as many while a release replaces them.
resource "google_compute_subnetwork" "run" {
  name                     = "moment-run"
  network                  = google_compute_network.moment.id
  region                   = var.region
  ip_cidr_range            = "10.10.0.0/22"
  private_ip_google_access = true
}

resource "google_compute_subnetwork" "broker" {
  name          = "moment-broker"
  network       = google_compute_network.moment.id
  region        = var.region
  ip_cidr_range = "10.10.8.0/28"
}

# Cloud SQL lives in a network of Google's that is peered with ours.
resource "google_compute_global_address" "sql" {
  name          = "moment-sql"
  network       = google_compute_network.moment.id
  purpose       = "VPC_PEERING"
  address_type  = "INTERNAL"
  prefix_length = 20
}

resource "google_service_networking_connection" "sql" {
  network                 = google_compute_network.moment.id
  service                 = "servicenetworking.googleapis.com"
  reserved_peering_ranges = [google_compute_global_address.sql.name]
}

# Memorystore comes into the network by an endpoint that this policy lets it make.
resource "google_network_connectivity_service_connection_policy" "broker" {
  name          = "moment-broker"
  location      = var.region
  service_class = "gcp-memorystore"
  network       = google_compute_network.moment.id

  psc_config {
    subnetworks = [google_compute_subnetwork.broker.id]
  }
}
